import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { parameterId } from '../network/site.js';
import type { Role } from '../network/role.js';
import type { Network } from '../network/types.js';
import { activate, add } from './activation.js';
import { normalize } from './batch-norm.js';
import { convolve, convolveAndAdd } from './convolution.js';
import { connect, flatten } from './dense.js';
import { inferenceFusion } from './fusion.js';
import { globalPool } from './global-pool.js';
import { type Observer, unobserved } from './observe.js';
import { pad, pool } from './pooling.js';
import { type Instruction, plan } from './plan.js';
import { subsample } from './subsample.js';
import { type Variables, variable } from './variables.js';

/** Options of `forward` and `featureMaps`. */
export interface ForwardOptions {
  /** Wraps each instruction, to measure it for example. */
  readonly observe?: Observer;
}

/**
 * Inference, with running statistics: from images [batch, height, width, channels] to the network's result, for a
 * classifier its logits [batch, classes]. Throws `shape-mismatch` for images of another size, `missing-variable` for
 * another network's variables.
 *
 * @example
 * const logits = forward(network, variables, images); // [batch, classes]
 * const probabilities = tf.softmax(logits as tf.Tensor2D);
 */
export function forward(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  options: ForwardOptions = {},
): tf.Tensor {
  return tf.tidy(() => inferNodes(network, variables, images, options).result);
}

/**
 * Inference node by node, to be called inside a `tf.tidy`. `nodes` are the results by index, of which only those in
 * `kept` aren't disposed of yet; node 0's are the images themselves.
 */
export function inferNodes(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  options: ForwardOptions & { readonly kept?: ReadonlySet<number> },
): { readonly result: tf.Tensor; readonly nodes: readonly (tf.Tensor | undefined)[] } {
  const { observe = unobserved, kept } = options;
  checkImages(network, images);
  const results: (tf.Tensor | undefined)[] = [images];
  for (const instruction of plan(network, inferenceFusion(), kept)) {
    const inputs = instruction.from.map((from) => results[from] as tf.Tensor);
    results[instruction.result] = observe(instruction, 'forward', () =>
      infer(instruction, inputs, variables),
    );
    for (const index of instruction.lastUses) if (index !== 0 && !kept?.has(index)) results[index]?.dispose();
  }
  const last = results.at(-1) as tf.Tensor;
  return { result: last === images ? last.clone() : last, nodes: results };
}

/** Computes the result of one instruction, in inference. */
export function infer(
  { node, convolution, activation }: Instruction,
  inputs: readonly tf.Tensor[],
  variables: Variables,
): tf.Tensor {
  const { op, site } = node;
  const x = inputs[0] as tf.Tensor;
  const weight = (role: 'kernel' | 'bias' | 'scale' | 'offset') =>
    variable(variables.weights, parameterId(site, role));
  const statistic = (role: 'mean' | 'variance') => variable(variables.statistics, parameterId(site, role));
  switch (op.op) {
    case 'conv': {
      const weights = { kernel: weight('kernel'), bias: op.bias ? weight('bias') : undefined };
      return convolve(op, x, weights, activation);
    }
    case 'norm': {
      const statistics = { mean: statistic('mean'), variance: statistic('variance') };
      return normalize(op, x, { scale: weight('scale'), offset: weight('offset') }, statistics, activation);
    }
    case 'add': {
      const shortcut = inputs[1] as tf.Tensor;
      if (convolution?.op.op !== 'conv') return add(x, shortcut, activation);
      const own = (role: Role) => variable(variables.weights, parameterId(convolution.site, role));
      const weights = { kernel: own('kernel'), bias: own('bias') };
      return convolveAndAdd(convolution.op, x, weights, { shortcut, activation });
    }
    case 'act':
      return activate(op.activation, x);
    case 'pad':
      return pad(op, x);
    case 'pool':
      return pool(op, x);
    case 'globalPool':
      return globalPool(op, x);
    case 'subsample':
      return subsample(op, x);
    case 'gate':
      return tf.mul(x, inputs[1] as tf.Tensor);
    case 'flatten':
      return flatten(x);
    case 'dropout':
      return x.clone();
    case 'dense':
      return connect(x, { kernel: weight('kernel'), bias: weight('bias') });
    case 'input':
      return x;
    default:
      return op satisfies never;
  }
}

/** Throws `shape-mismatch` unless images are [batch, height, width, channels] with the network's input size, and at least one. */
export function checkImages(network: Network, images: tf.Tensor): void {
  const [batch, ...shape] = images.shape;
  if (images.rank === 4 && batch === 0) {
    throw new ResNetError('shape-mismatch', `${network.name} got no images: it takes at least one.`);
  }
  if (images.rank !== 4 || String(shape) !== String(network.input)) {
    throw new ResNetError(
      'shape-mismatch',
      `${network.name} takes images of shape [batch, ${network.input.join(', ')}], ` +
        `but got [${images.shape.join(', ')}]: resize them, or build the network with that input.`,
      { expected: network.input, got: images.shape },
    );
  }
}
