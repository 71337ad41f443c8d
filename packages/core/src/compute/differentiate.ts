import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { type ParameterId, parameterId } from '../network/parameters.js';
import type { Role } from '../network/role.js';
import type { Network } from '../network/types.js';
import { differentiateAdd, differentiateRelu } from './activation.js';
import { differentiateFixedNorm, differentiateNorm } from './batch-norm.js';
import { differentiateConv } from './convolution.js';
import { differentiateDense, differentiateFlatten } from './dense.js';
import type { Vjp } from './vjp.js';
import { checkImages } from './forward.js';
import { type Observer, unobserved } from './observe.js';
import { differentiatePad, differentiatePool } from './pooling.js';
import { type Instruction, plan } from './plan.js';
import { disposeMap, type TensorMap, type Variables, variable } from './variables.js';

/** A forward pass in training mode. Every tensor is the caller's: `disposeTrainingPass`. */
export interface TrainingPass {
  /** The network's result: [batch, classes] logits for a classifier. */
  readonly result: tf.Tensor;
  /** The batch's mean and biased variance by normalization, under the running statistics' names. */
  readonly moments: TensorMap;
}

export interface Gradients {
  readonly weights: TensorMap;
  /** As the images; null unless it was asked for. */
  readonly input: tf.Tensor | null;
}

/** A forward pass in training mode: normalizations use the batch's own moments. */
export function forwardTraining(network: Network, variables: Variables, images: tf.Tensor): TrainingPass {
  return scoped(() => {
    const run = record(network, variables, images, { keep: false, observe: unobserved });
    return { result: run.result, moments: run.moments };
  });
}

/**
 * A forward pass in training mode, and back from the gradient of its result that `upstream` computes.
 * `upstream` must leave the result as it is, and may keep tensors of its own by `tf.keep`.
 * Throws `shape-mismatch` where it returns another shape than the result's.
 */
export function differentiate(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  upstream: (result: tf.Tensor) => tf.Tensor,
  options: { readonly input?: boolean; readonly observe?: Observer } = {},
): TrainingPass & { readonly gradients: Gradients } {
  return scoped(() => {
    const { observe = unobserved, input = false } = options;
    const run = record(network, variables, images, { keep: true, observe });
    const dResult = upstream(run.result);
    checkUpstream(network, run.result, dResult);
    const gradients = backward(run, dResult.clone(), { input, observe });
    return { result: run.result, moments: run.moments, gradients };
  });
}

/** Throws `shape-mismatch` unless a gradient has the shape of the result that it is of. */
export function checkUpstream(
  network: Network,
  { shape: expected }: tf.Tensor,
  { shape: got }: tf.Tensor,
): void {
  if (String(got) === String(expected)) return;
  throw new ResNetError(
    'shape-mismatch',
    `The gradient of ${network.name}'s result must have its shape, [${expected.join(', ')}], ` +
      `but upstream returned [${got.join(', ')}].`,
    { expected, got },
  );
}

/** Disposes of a pass, and of its gradients where it has them. */
export function disposeTrainingPass(pass: TrainingPass & { readonly gradients?: Gradients }): void {
  pass.result.dispose();
  disposeMap(pass.moments);
  if (pass.gradients === undefined) return;
  disposeMap(pass.gradients.weights);
  pass.gradients.input?.dispose();
}

/** A pass, and what its backward pass needs. */
interface Recording extends TrainingPass {
  readonly instructions: readonly Instruction[];
  readonly results: readonly tf.Tensor[];
  /** By instruction; none where they are not kept. */
  readonly vjps: readonly Vjp[];
}

function record(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  { keep, observe }: { readonly keep: boolean; readonly observe: Observer },
): Recording {
  checkImages(network, images);
  const instructions = plan(network);
  const results: tf.Tensor[] = [images.clone()];
  const vjps: Vjp[] = [];
  const moments = new Map<ParameterId, tf.Tensor>();
  const saved = new Set<tf.Tensor>();
  for (const instruction of instructions) {
    const inputs = instruction.node.from.map((from) => results[from] as tf.Tensor);
    const vjp = observe(instruction, 'forward', () =>
      differentiateInstruction(instruction, inputs, variables, 'training'),
    );
    results[instruction.result] = vjp.y;
    if (vjp.moments !== undefined) {
      moments.set(parameterId(instruction.node.site, 'mean'), vjp.moments.mean);
      moments.set(parameterId(instruction.node.site, 'variance'), vjp.moments.variance);
    }
    if (keep) {
      vjps.push(vjp);
      for (const tensor of vjp.saved) saved.add(tensor);
    }
    for (const index of instruction.lastUses) {
      const finished = results[index] as tf.Tensor;
      if (!saved.has(finished)) finished.dispose();
    }
  }
  return { result: results.at(-1) as tf.Tensor, moments, instructions, results, vjps };
}

/** Back through a recording; disposes of `dResult`, and of each result as soon as nothing needs it. */
function backward(
  { instructions, results, vjps }: Recording,
  dResult: tf.Tensor,
  { input: wantsInput, observe }: { readonly input: boolean; readonly observe: Observer },
): Gradients {
  const last = results.length - 1;
  const gradients: (tf.Tensor | undefined)[] = [];
  gradients[last] = dResult;
  const weights = new Map<ParameterId, tf.Tensor>();
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i] as Instruction;
    const { result, node } = instruction;
    const dy = gradients[result] as tf.Tensor | undefined;
    if (dy === undefined) continue;
    const input = wantsInput || instruction.inputDependsOnParameters;
    const passed = observe(instruction, 'backward', () =>
      (vjps[i] as Vjp).backward(dy, { input, weights: true }),
    );
    for (const [role, gradient] of passed.weights) weights.set(parameterId(node.site, role), gradient);
    passed.inputs.forEach((gradient, index) => {
      const from = node.from[index] as number;
      if (gradient !== null) gradients[from] = accumulate(gradients[from], gradient);
    });
    dy.dispose();
    if (result !== last) (results[result] as tf.Tensor).dispose();
  }
  return { weights, input: wantsInput ? (gradients[0] as tf.Tensor) : null };
}

/** The sum of two gradients, of which it disposes; the second alone where there is no first. */
export function accumulate(sum: tf.Tensor | undefined, gradient: tf.Tensor): tf.Tensor {
  if (sum === undefined) return gradient;
  const total = tf.add(sum, gradient);
  sum.dispose();
  gradient.dispose();
  return total;
}

/** One instruction and its VJP. Weights' gradients are right in training mode alone; in inference none are of use. */
export function differentiateInstruction(
  { node, relu, normalized }: Instruction,
  inputs: readonly tf.Tensor[],
  variables: Variables,
  mode: 'training' | 'inference',
): Vjp {
  const { op, site } = node;
  const x = inputs[0] as tf.Tensor;
  const weight = (role: Role) => variable(variables.weights, parameterId(site, role));
  const statistic = (role: Role) => variable(variables.statistics, parameterId(site, role));
  switch (op.op) {
    case 'conv': {
      const weights = { kernel: weight('kernel'), bias: op.bias ? weight('bias') : undefined };
      return differentiateConv(op, x, weights, { relu, normalized });
    }
    case 'norm': {
      const weights = { scale: weight('scale'), offset: weight('offset') };
      if (mode === 'training') return differentiateNorm(op, x, weights, relu);
      const statistics = { mean: statistic('mean'), variance: statistic('variance') };
      return differentiateFixedNorm(op, x, weights, statistics, relu);
    }
    case 'add':
      return differentiateAdd(x, inputs[1] as tf.Tensor, relu);
    case 'act':
      return differentiateRelu(x);
    case 'pad':
      return differentiatePad(op, x);
    case 'pool':
      return differentiatePool(op, x);
    case 'flatten':
      return differentiateFlatten(x);
    case 'dense':
      return differentiateDense(x, { kernel: weight('kernel'), bias: weight('bias') });
    case 'input':
      throw new Error('The input is no instruction.');
    default:
      return op satisfies never;
  }
}

/** Like `tf.tidy`, for results that hold tensors in maps: what they hold stays, everything else goes, also on a throw. */
function scoped<Result extends TrainingPass & { readonly gradients?: Gradients }>(
  compute: () => Result,
): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    result = compute();
    const { gradients } = result;
    return [
      result.result,
      ...result.moments.values(),
      ...(gradients?.weights.values() ?? []),
      gradients?.input ?? [],
    ].flat();
  });
  return result as Result;
}
