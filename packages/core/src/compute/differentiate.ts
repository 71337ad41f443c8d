import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { hasWeights, isLearned } from '../network/learned.js';
import { type ParameterId, parameterId } from '../network/site.js';
import type { Role } from '../network/role.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';
import type { RandomGenerator } from '../random/random-generator.js';
import { differentiateAdd, differentiateActivation } from './activation.js';
import { differentiateFixedNorm, differentiateNorm } from './batch-norm.js';
import { differentiateConv } from './convolution.js';
import { differentiateDense, differentiateFlatten } from './dense.js';
import { differentiateDropout } from './dropout.js';
import { identity, type Needs, type Vjp } from './vjp.js';
import { checkImages } from './forward.js';
import { differentiableFusion } from './fusion.js';
import { differentiateGate } from './gate.js';
import { differentiateGlobalPool } from './global-pool.js';
import { type Observer, unobserved } from './observe.js';
import { differentiatePad, differentiatePool } from './pooling.js';
import { type Instruction, plan } from './plan.js';
import { differentiateSubsample } from './subsample.js';
import { disposeTensors, type TensorMap, type Variables, variable } from './variables.js';

/** The results of a forward pass in training mode. The caller disposes of them: `disposeTrainingPass`. */
export interface TrainingPass {
  /** The network's result: for a classifier its logits, [batch, classes]. */
  readonly result: tf.Tensor;
  /** The batch's mean and biased variance of each normalization in training mode, under the ids of its running statistics. */
  readonly moments: TensorMap;
}

/** Gradients of the network's weights and input. */
export interface Gradients {
  /** Of the weights that are learned. */
  readonly weights: TensorMap;
  /** [batch, height, width, channels], as the images; null unless it was asked for. */
  readonly input: tf.Tensor | null;
}

/** Options of a pass in training mode. */
export interface TrainingPassOptions {
  /**
   * The weights that get gradients. A normalization that has none of them is frozen: it uses its running statistics, as
   * in inference, and has no moments. Default: all.
   */
  readonly learned?: ReadonlySet<ParameterId>;
  /** Where dropout takes its random numbers from; the pass advances it. Only networks with dropout need one. */
  readonly random?: RandomGenerator;
  /** Wraps each instruction, to measure it for example. */
  readonly observe?: Observer;
}

/** Options of `differentiate`. */
export interface DifferentiateOptions extends TrainingPassOptions {
  /** Whether the gradient of the images is computed, too. Default: false. */
  readonly input?: boolean;
}

/**
 * A forward pass in training mode: normalizations use the batch's own moments, and dropout drops. Throws as `forward`
 * does, and `bad-option` for a network with dropout without `random`.
 *
 * @example
 * const pass = forwardTraining(network, variables, images); // images: [batch, height, width, channels]
 * pass.moments.get('stem.2.mean'); // [channels]
 * disposeTrainingPass(pass);
 */
export function forwardTraining(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  options: TrainingPassOptions = {},
): TrainingPass {
  return scoped(() => {
    const run = record(network, variables, images, { ...options, keep: false });
    return { result: run.result, moments: run.moments };
  });
}

/**
 * A forward pass in training mode, and the backward pass from the gradient of its result, which `upstream` returns.
 * `upstream` must not dispose of the result; tensors that it passes to `tf.keep` stay. Throws as `forwardTraining` does,
 * and `shape-mismatch` if the gradient's shape isn't the result's.
 *
 * @example
 * // The gradient of softmax cross-entropy by the logits; labels: one-hot, [batch, classes].
 * const pass = differentiate(network, variables, images, (logits) =>
 *   tf.div(tf.sub(tf.softmax(logits as tf.Tensor2D), labels), labels.shape[0]),
 * );
 * pass.gradients.weights.get('stem.1.kernel'); // [7, 7, 3, 64]
 * disposeTrainingPass(pass);
 */
export function differentiate(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  upstream: (result: tf.Tensor) => tf.Tensor,
  options: DifferentiateOptions = {},
): TrainingPass & { readonly gradients: Gradients } {
  return scoped(() => {
    const run = record(network, variables, images, { ...options, keep: true });
    const dResult = upstream(run.result);
    checkUpstream(network, run.result, dResult);
    const gradients = backward(run, dResult.clone(), options);
    return { result: run.result, moments: run.moments, gradients };
  });
}

/** Throws `shape-mismatch` unless a result's gradient has the result's shape. */
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

/** Disposes of a pass, and of its gradients if it has any. */
export function disposeTrainingPass(pass: TrainingPass & { readonly gradients?: Gradients }): void {
  pass.result.dispose();
  disposeTensors(pass.moments);
  if (pass.gradients === undefined) return;
  disposeTensors(pass.gradients.weights);
  pass.gradients.input?.dispose();
}

/** A forward pass, with what its backward pass needs. */
interface Recording extends TrainingPass {
  readonly instructions: readonly Instruction[];
  readonly results: readonly tf.Tensor[];
  /** By result, whether the backward pass goes through it. */
  readonly passes: readonly (boolean | undefined)[];
  /** By instruction that the backward pass goes through; empty unless they are kept. */
  readonly vjps: ReadonlyMap<Instruction, { readonly vjp: Vjp; readonly needs: Needs }>;
}

function record(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  options: DifferentiateOptions & { readonly keep: boolean },
): Recording {
  const { keep, input: wantsInput = false, learned = null, random, observe = unobserved } = options;
  checkImages(network, images);
  const instructions = plan(network, differentiableFusion());
  const nodes = walk(network);
  const results: tf.Tensor[] = [images.clone()];
  /** By result, whether the backward pass goes through it. */
  const passes = [wantsInput];
  const vjps = new Map<Instruction, { vjp: Vjp; needs: Needs }>();
  const moments = new Map<ParameterId, tf.Tensor>();
  const saved = new Set<tf.Tensor>();
  for (const instruction of instructions) {
    const { node, result } = instruction;
    const inputs = node.from.map((from) => results[from] as tf.Tensor);
    const next = nodes[result + 1];
    const normalized = instruction.normalized && next !== undefined && isLearned(next, learned);
    const learns = isLearned(node, learned);
    const mode = learns || !hasWeights(node) ? 'training' : 'inference';
    const vjp = observe(instruction, 'forward', () =>
      differentiateInstruction({ ...instruction, normalized }, inputs, variables, { mode, random }),
    );
    results[result] = vjp.y;
    const needs = { input: node.from.some((from) => passes[from]), weights: learns };
    passes[result] = needs.input || needs.weights;
    if (vjp.moments !== undefined) {
      moments.set(parameterId(node.site, 'mean'), vjp.moments.mean);
      moments.set(parameterId(node.site, 'variance'), vjp.moments.variance);
    }
    if (keep && passes[result]) {
      vjps.set(instruction, { vjp, needs });
      for (const tensor of vjp.saved) saved.add(tensor);
    }
    for (const index of instruction.lastUses) {
      const finished = results[index] as tf.Tensor;
      if (!saved.has(finished)) finished.dispose();
    }
  }
  return { result: results.at(-1) as tf.Tensor, moments, instructions, results, passes, vjps };
}

/** The backward pass through a recording; disposes of `dResult`, and of each result as soon as nothing needs it. */
function backward(
  { instructions, results, passes, vjps }: Recording,
  dResult: tf.Tensor,
  options: DifferentiateOptions,
): Gradients {
  const { input: wantsInput = false, learned = null, observe = unobserved } = options;
  const last = results.length - 1;
  const gradients: (tf.Tensor | undefined)[] = [];
  gradients[last] = dResult;
  const weights = new Map<ParameterId, tf.Tensor>();
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i] as Instruction;
    const { result, node } = instruction;
    const dy = gradients[result];
    const recorded = vjps.get(instruction);
    if (dy === undefined || recorded === undefined) continue;
    const { vjp, needs } = recorded;
    const passed = observe(instruction, 'backward', () => vjp.backward(dy, needs));
    for (const [role, gradient] of passed.weights) {
      const id = parameterId(node.site, role);
      if (learned === null || learned.has(id)) weights.set(id, gradient);
      else gradient.dispose();
    }
    passed.inputs.forEach((gradient, index) => {
      const from = node.from[index] as number;
      if (passes[from] && gradient !== null) gradients[from] = accumulate(gradients[from], gradient);
      else gradient?.dispose();
    });
    dy.dispose();
    if (result !== last) (results[result] as tf.Tensor).dispose();
  }
  return { weights, input: wantsInput ? (gradients[0] as tf.Tensor) : null };
}

/** Adds a gradient to a sum, if there is one yet, and disposes of both. */
export function accumulate(sum: tf.Tensor | undefined, gradient: tf.Tensor): tf.Tensor {
  if (sum === undefined) return gradient;
  const total = tf.add(sum, gradient);
  sum.dispose();
  gradient.dispose();
  return total;
}

interface InstructionOptions {
  readonly mode: 'training' | 'inference';
  /** For dropout in training. */
  readonly random?: RandomGenerator | undefined;
}

/**
 * Computes one instruction and its VJP. In inference mode, the VJP is for inputs only: gradients of weights are
 * wrong.
 */
export function differentiateInstruction(
  { node, activation, normalized }: Instruction,
  inputs: readonly tf.Tensor[],
  variables: Variables,
  { mode, random }: InstructionOptions,
): Vjp {
  const { op, site } = node;
  const x = inputs[0] as tf.Tensor;
  const weight = (role: Role) => variable(variables.weights, parameterId(site, role));
  const statistic = (role: Role) => variable(variables.statistics, parameterId(site, role));
  switch (op.op) {
    case 'conv': {
      const weights = { kernel: weight('kernel'), bias: op.bias ? weight('bias') : undefined };
      return differentiateConv(op, x, weights, { activation, normalized });
    }
    case 'norm': {
      const weights = { scale: weight('scale'), offset: weight('offset') };
      if (mode === 'training') return differentiateNorm(op, x, weights, activation);
      const statistics = { mean: statistic('mean'), variance: statistic('variance') };
      return differentiateFixedNorm(op, x, weights, statistics, activation);
    }
    case 'add':
      return differentiateAdd(x, inputs[1] as tf.Tensor, activation);
    case 'act':
      return differentiateActivation(op, x);
    case 'pad':
      return differentiatePad(op, x);
    case 'pool':
      return differentiatePool(op, x);
    case 'globalPool':
      return differentiateGlobalPool(op, x);
    case 'subsample':
      return differentiateSubsample(op, x);
    case 'gate':
      return differentiateGate(x, inputs[1] as tf.Tensor);
    case 'flatten':
      return differentiateFlatten(x);
    case 'dropout':
      return mode === 'training' ? differentiateDropout(op, x, random) : identity(x);
    case 'dense':
      return differentiateDense(x, { kernel: weight('kernel'), bias: weight('bias') });
    case 'input':
      throw new Error('The input is not an instruction.');
    default:
      return op satisfies never;
  }
}

/**
 * Like `tf.tidy`, for results that hold tensors in maps: keeps those, disposes of all others, also if `compute`
 * throws.
 */
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
