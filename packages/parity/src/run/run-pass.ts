import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  fold,
  forward,
  forwardTraining,
  makeVariables,
  type Network,
  type TensorMap,
  type Variables,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { PassCase } from '../cases/case.js';
import { type ReferenceGradients, referenceForward, referenceGradients } from '../reference/network.js';
import { type ReferenceTensor, rounded } from '../reference/tensor.js';
import { roundedVariables } from '../reference/variables.js';
import type { Verdict } from '../verdict.js';
import { type Drawn, sampleAny, sampleCase } from './sample-case.js';
import { checkNotANumber } from './not-a-number.js';
import { orThrown } from './or-thrown.js';
import { partsOf } from './parts.js';
import {
  claim,
  compareWith,
  type CompareTensor,
  prefixed,
  type Quantities,
  still,
  toTensor,
  type Truth,
} from './quantities.js';
import { checkThrows } from './throws.js';
import { optionalKernels, withoutKernels } from './without-kernels.js';

interface PassVerdicts {
  readonly verdicts: readonly Verdict[];
  readonly departsAt: string | null;
}

/**
 * A case with its truth, to be run on one backend after another: with the optional kernels that a backend has, and
 * composed without them; the whole network, then each of its parts with the truth's own inputs and gradients.
 */
export function preparePass(each: PassCase): (precision: 16 | 32) => Promise<PassVerdicts> {
  const { network, training } = each;
  const drawn = draw(each);
  const exact = computeTruth(network, drawn, training);
  const floor = each.byFloor ? computeTruth(network, roundedSample(drawn), training).quantities : undefined;
  const truth = { exact: exact.quantities, ...(floor && { floor }) };
  const parts = exact.gradients === null ? [] : [...partsOf(network, exact.gradients, drawn.variables)];
  const partTruths = parts.map((part) => ({
    exact: computeTruth(part.network, part.drawn, true).quantities,
  }));

  return async (precision) => {
    const kernels = optionalKernels();
    const verdicts: Verdict[] = [];
    let departsAt: string | null = null;
    const run = async (prefix: string) => {
      const own = await runOnce(each, drawn, compareWith(truth, { precision }));
      verdicts.push(...own.map((verdict) => prefixed(prefix, verdict)));
      for (const [index, part] of parts.entries()) {
        const compareTensor = compareWith(partTruths[index] as Truth, { precision });
        const found = await runOnce(
          { ...each, network: part.network, throws: false },
          part.drawn,
          compareTensor,
        );
        if (departsAt === null && found.some(({ passed }) => !passed)) departsAt = part.name;
        verdicts.push(...found.map((verdict) => prefixed(`${prefix}${part.name}: `, verdict)));
      }
    };
    await run('');
    if (kernels.length > 0) await withoutKernels(kernels, () => run('composed: '));
    return { verdicts, departsAt };
  };
}

/** Images go into a single operation as they are, and bring no rounding with them: only ties are kept away. */
function draw(each: PassCase): Drawn {
  if (!each.training) return sampleAny(each);
  return walk(each.network).length === 2
    ? sampleCase(each, { distance: Number.MIN_VALUE })
    : sampleCase(each);
}

function roundedSample({ variables, images, upstream }: Drawn): Drawn {
  return {
    variables: roundedVariables(variables),
    images: rounded(images),
    upstream: rounded(upstream),
  };
}

interface PassTruth {
  readonly quantities: Quantities;
  readonly gradients: ReferenceGradients | null;
}

function computeTruth(network: Network, drawn: Drawn, training: boolean): PassTruth {
  const { variables, images, upstream } = drawn;
  const inference = referenceForward(network, variables, images, { mode: 'inference' });
  const quantities = new Map<string, ReferenceTensor>([['inference', inference.result]]);
  if (!training) return { quantities, gradients: null };
  const gradients = referenceGradients(network, variables, images, () => upstream);
  quantities.set('training', gradients.result);
  for (const [id, tensor] of gradients.moments) quantities.set(`moment ${id}`, tensor);
  for (const [id, tensor] of gradients.weights) quantities.set(`gradient ${id}`, tensor);
  return { quantities: quantities.set('input gradient', gradients.input), gradients };
}

async function runOnce(each: PassCase, drawn: Drawn, compareTensor: CompareTensor): Promise<Verdict[]> {
  const { network } = each;
  const before = tf.memory().numTensors;
  const variables = makeVariables(network, ({ id }) =>
    Float32Array.from(drawn.variables.get(id)?.data ?? []),
  );
  const images = toTensor(drawn.images);
  const inputs = tf.memory().numTensors;
  const verdicts = [
    ...(await orThrown('inference', () => checkInference(network, variables, images, compareTensor))),
    ...(each.training
      ? await orThrown('training', () => checkTraining(network, variables, images, drawn, compareTensor))
      : []),
    ...(each.group === 'block'
      ? await orThrown('NaN', () => checkNotANumber(network, variables, images))
      : []),
    still('live tensors after all passes', inputs),
    ...(each.throws ? checkThrows(network, variables, images) : []),
  ];
  disposeVariables(variables);
  images.dispose();
  return [...verdicts, still('live tensors in the end: core disposed of its inputs, or kept some', before)];
}

async function checkInference(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  compareTensor: CompareTensor,
): Promise<Verdict[]> {
  const result = forward(network, variables, images);
  const folded = fold({ network, variables });
  const foldedResult = forward(folded.network, folded.variables, images);
  const verdicts = [
    await compareTensor('inference', 'inference', result),
    await compareTensor('inference, folded', 'inference', foldedResult),
  ];
  tf.dispose([result, foldedResult]);
  disposeVariables(folded.variables);
  return verdicts;
}

async function checkTraining(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  drawn: Drawn,
  compareTensor: CompareTensor,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const compareMap = async (kind: string, map: TensorMap) => {
    for (const [id, tensor] of map)
      verdicts.push(await compareTensor(`${kind} ${id}`, `${kind} ${id}`, tensor));
  };
  const everyOne = (kind: string, map: TensorMap, expected: Iterable<string>) => {
    const [names, wanted] = [[...map.keys()].sort().join(' '), [...expected].sort().join(' ')];
    verdicts.push(claim(`every ${kind} (${wanted}), and no other (${names})`, names === wanted));
  };

  const forwardPass = forwardTraining(network, variables, images);
  verdicts.push(await compareTensor('training', 'training', forwardPass.result));
  everyOne('moment', forwardPass.moments, variables.statistics.keys());
  await compareMap('moment', forwardPass.moments);
  disposeTrainingPass(forwardPass);

  for (const input of [true, false]) {
    const pass = differentiate(network, variables, images, () => toTensor(drawn.upstream), { input });
    const { gradients } = pass;
    verdicts.push(await compareTensor('training, differentiated', 'training', pass.result));
    everyOne('moment', pass.moments, variables.statistics.keys());
    everyOne('gradient', gradients.weights, variables.weights.keys());
    await compareMap('moment', pass.moments);
    await compareMap('gradient', gradients.weights);
    if (gradients.input === null) {
      verdicts.push(claim('the input gradient is null only where it was not asked for', !input));
    } else {
      verdicts.push(await compareTensor('input gradient', 'input gradient', gradients.input));
    }
    disposeTrainingPass(pass);
  }
  return verdicts;
}
