import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  foldBatchNorm,
  forward,
  forwardTraining,
  createVariables,
  type Network,
  type TensorMap,
  type Variables,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { PassCase } from '../cases/case.js';
import { dropoutGenerator } from '../reference/dropout.js';
import { type ReferenceGradients, referenceForward, referenceGradients } from '../reference/network.js';
import { type ReferenceTensor, rounded } from '../reference/tensor.js';
import { roundedVariables } from '../reference/variables.js';
import type { Comparison } from '../compare.js';
import { type Sample, sampleAny, sampleCase } from './sample-case.js';
import { checkNotANumber } from './not-a-number.js';
import { orThrown } from './or-thrown.js';
import { partsOf } from './parts.js';
import {
  claim,
  compareWith,
  type CompareTensor,
  prefixed,
  type Quantities,
  tensorsLeft,
  toTensor,
  type Truth,
} from './quantities.js';
import { checkThrows } from './throws.js';
import { optionalKernels, withoutKernels } from './without-kernels.js';

interface PassComparisons {
  readonly comparisons: readonly Comparison[];
  readonly differsAt: string | null;
}

/**
 * Computes a case in float64; the function that it returns runs the case on the current backend, with the backend's optional
 * kernels, then composed without them: the whole network, then each part with the reference's inputs and gradients.
 */
export function preparePass(each: PassCase): (precision: 16 | 32) => Promise<PassComparisons> {
  const { network, training } = each;
  const sample = sampleFor(each);
  const exact = computeTruth(network, sample, training);
  const floor = each.byFloor ? computeTruth(network, roundedSample(sample), training).quantities : undefined;
  const truth = { exact: exact.quantities, ...(floor && { floor }) };
  const parts = exact.gradients === null ? [] : [...partsOf(network, exact.gradients, sample.variables)];
  const partTruths = parts.map((part) => ({
    exact: computeTruth(part.network, part.sample, true).quantities,
  }));

  return async (precision) => {
    const kernels = optionalKernels();
    const comparisons: Comparison[] = [];
    let differsAt: string | null = null;
    const run = async (prefix: string) => {
      const own = await runOnce(each, sample, compareWith(truth, { precision }));
      comparisons.push(...own.map((comparison) => prefixed(prefix, comparison)));
      for (const [index, part] of parts.entries()) {
        const compareTensor = compareWith(partTruths[index] as Truth, { precision });
        const found = await runOnce(
          { ...each, network: part.network, throws: false },
          part.sample,
          compareTensor,
        );
        if (differsAt === null && found.some(({ passed }) => !passed)) differsAt = part.name;
        comparisons.push(...found.map((comparison) => prefixed(`${prefix}${part.name}: `, comparison)));
      }
    };
    await run('');
    if (kernels.length > 0) await withoutKernels(kernels, () => run('composed: '));
    return { comparisons, differsAt };
  };
}

/** The images reach a single operation without any rounding, so that only exact ties have to be avoided. */
function sampleFor(each: PassCase): Sample {
  if (!each.training) return sampleAny(each);
  return walk(each.network).length === 2
    ? sampleCase(each, { distance: Number.MIN_VALUE })
    : sampleCase(each);
}

function roundedSample({ variables, images, upstream }: Sample): Sample {
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

function computeTruth(network: Network, sample: Sample, training: boolean): PassTruth {
  const { variables, images, upstream } = sample;
  const inference = referenceForward(network, variables, images, { mode: 'inference' });
  const quantities = new Map<string, ReferenceTensor>([['inference', inference.result]]);
  if (!training) return { quantities, gradients: null };
  const gradients = referenceGradients(network, variables, images, () => upstream);
  quantities.set('training', gradients.result);
  for (const [id, tensor] of gradients.moments) quantities.set(`moment ${id}`, tensor);
  for (const [id, tensor] of gradients.weights) quantities.set(`gradient ${id}`, tensor);
  return { quantities: quantities.set('input gradient', gradients.input), gradients };
}

async function runOnce(each: PassCase, sample: Sample, compareTensor: CompareTensor): Promise<Comparison[]> {
  const { network } = each;
  const before = tf.memory().numTensors;
  const variables = createVariables(network, ({ id }) =>
    Float32Array.from(sample.variables.get(id)?.data ?? []),
  );
  const images = toTensor(sample.images);
  const inputs = tf.memory().numTensors;
  const comparisons = [
    ...(await orThrown('inference', () => checkInference(network, variables, images, compareTensor))),
    ...(each.training
      ? await orThrown('training', () => checkTraining(network, variables, images, sample, compareTensor))
      : []),
    ...(each.group === 'block'
      ? await orThrown('NaN', () => checkNotANumber(network, variables, images))
      : []),
    tensorsLeft('live tensors after all passes', inputs),
    ...(each.throws ? checkThrows(network, variables, images) : []),
  ];
  disposeVariables(variables);
  images.dispose();
  return [
    ...comparisons,
    tensorsLeft('live tensors at the end: core disposed of its inputs, or kept some', before),
  ];
}

async function checkInference(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  compareTensor: CompareTensor,
): Promise<Comparison[]> {
  const result = forward(network, variables, images);
  const folded = foldBatchNorm({ network, variables });
  const foldedResult = forward(folded.network, folded.variables, images);
  const comparisons = [
    await compareTensor('inference', 'inference', result),
    await compareTensor('inference, folded', 'inference', foldedResult),
  ];
  tf.dispose([result, foldedResult]);
  disposeVariables(folded.variables);
  return comparisons;
}

async function checkTraining(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  sample: Sample,
  compareTensor: CompareTensor,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const compareMap = async (kind: string, map: TensorMap) => {
    for (const [id, tensor] of map)
      comparisons.push(await compareTensor(`${kind} ${id}`, `${kind} ${id}`, tensor));
  };
  const checkNames = (kind: string, map: TensorMap, expected: Iterable<string>) => {
    const [names, wanted] = [[...map.keys()].sort().join(' '), [...expected].sort().join(' ')];
    comparisons.push(
      claim(`has every ${kind}, and no other`, names === wanted, `expected ${wanted}, found ${names}`),
    );
  };

  const forwardPass = forwardTraining(network, variables, images, { random: dropoutGenerator() });
  comparisons.push(await compareTensor('training', 'training', forwardPass.result));
  checkNames('moment', forwardPass.moments, variables.statistics.keys());
  await compareMap('moment', forwardPass.moments);
  disposeTrainingPass(forwardPass);

  for (const input of [true, false]) {
    const options = { input, random: dropoutGenerator() };
    const pass = differentiate(network, variables, images, () => toTensor(sample.upstream), options);
    const { gradients } = pass;
    comparisons.push(await compareTensor('training, differentiated', 'training', pass.result));
    checkNames('moment', pass.moments, variables.statistics.keys());
    checkNames('gradient', gradients.weights, variables.weights.keys());
    await compareMap('moment', pass.moments);
    await compareMap('gradient', gradients.weights);
    if (gradients.input === null) {
      comparisons.push(claim('the input gradient is null only if it was not requested', !input));
    } else {
      comparisons.push(await compareTensor('input gradient', 'input gradient', gradients.input));
    }
    disposeTrainingPass(pass);
  }
  return comparisons;
}
