import * as tf from '@tensorflow/tfjs-core';
import { activationGradient } from '../compute/activation-gradient.js';
import type { Variables } from '../compute/variables.js';
import { ResNetError } from '../errors.js';
import { findNode, type NodeReference } from '../network/find-node.js';
import { outputShape, shapes } from '../network/shape.js';
import { siteName } from '../network/site.js';
import type { Network, Shape } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

/** Options of `gradCam`. */
export interface GradCamOptions {
  /** The class to explain: one for all images, or one for each. Default: each image's predicted class. */
  readonly classIndex?: number | readonly number[];
  /** The node whose feature map is used. Default: the map that the head pools or flattens. */
  readonly at?: NodeReference;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, §3): where in images [batch, height, width, channels] a classifier sees a class,
 * as a heat map [batch, rows, columns] of the feature map's size, from 0 to 1. The score is the class's logit in
 * inference mode. Each image's largest heat is 1, unless nothing in it supports the class: then all of its heat is 0.
 * Throws as `forward` does, `bad-option` for a class or a node that doesn't exist, and `shape-mismatch` if the node's
 * result isn't a feature map or the network's result isn't classes.
 *
 * @example
 * const heat = gradCam(classifier, images, { classIndex: 3 }); // [batch, rows, columns]
 * const size = [images.shape[1], images.shape[2]] as [number, number];
 * const overlay = tf.image.resizeBilinear(tf.expandDims(heat, 3) as tf.Tensor4D, size); // [batch, height, width, 1]
 */
export function gradCam(
  { network, variables }: { readonly network: Network; readonly variables: Variables },
  images: tf.Tensor,
  options: GradCamOptions = {},
): tf.Tensor3D {
  const at = options.at === undefined ? lastMap(network) : findNode(network, options.at);
  checkMap(network, at);
  const classes = countClasses(network);
  const { classIndex } = options;
  if (classIndex !== undefined) checkClasses([classIndex].flat(), classes);
  return tf.tidy(() => {
    const upstream = (logits: tf.Tensor) => oneHot(logits as tf.Tensor2D, classIndex);
    const { map, gradient } = activationGradient(network, variables, images, { at, upstream });
    const weights = tf.mean(gradient, [1, 2], true); // [batch, 1, 1, channels]
    const heat = tf.relu(tf.sum(tf.mul(map, weights), 3)); // [batch, rows, columns]
    const largest = tf.max(heat, [1, 2], true); // [batch, 1, 1]
    return tf.div(heat, tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest))) as tf.Tensor3D;
  });
}

/** The gradient of the score by the logits: 1 at each image's class, else 0: [batch, classes]. */
function oneHot(logits: tf.Tensor2D, classIndex: GradCamOptions['classIndex']): tf.Tensor {
  const [batch, classes] = logits.shape;
  if (classIndex === undefined)
    return tf.cast(tf.oneHot(tf.argMax(logits, 1) as tf.Tensor1D, classes), 'float32');
  const chosen = typeof classIndex === 'number' ? Array<number>(batch).fill(classIndex) : [...classIndex];
  if (chosen.length !== batch) {
    throw new ResNetError(
      'bad-option',
      `classIndex has ${chosen.length} classes for ${batch} images: give one for each, or one for all.`,
      { classIndex, batch },
    );
  }
  return tf.cast(tf.oneHot(tf.tensor1d(chosen, 'int32'), classes), 'float32');
}

/** The node whose map the head pools or flattens first. */
function lastMap(network: Network): number {
  const node = walk(network).find(
    ({ site, op }) => site.part === 'head' && ['pool', 'globalPool', 'flatten'].includes(op.op),
  );
  if (node !== undefined) return node.from[0] as number;
  throw new ResNetError(
    'shape-mismatch',
    `${network.name} has no head that pools or flattens a map: choose a node with \`at\`.`,
    { network: network.name },
  );
}

function checkMap(network: Network, at: number): void {
  const shape = shapes(network)[at] as Shape;
  if (shape.length === 3) return;
  const name = siteName((walk(network)[at] as NetworkNode).site);
  throw new ResNetError(
    'shape-mismatch',
    `Node ${at} of ${network.name}, ${name}, has shape [${shape.join(', ')}]: Grad-CAM needs a map, [height, width, channels].`,
    { at, shape },
  );
}

function countClasses(network: Network): number {
  const shape = outputShape(network);
  if (shape.length === 1 && (shape[0] as number) >= 2) return shape[0] as number;
  throw new ResNetError(
    'shape-mismatch',
    `The result of ${network.name} has shape [${shape.join(', ')}]: Grad-CAM needs [classes], at least two, the result of a network with a head.`,
    { shape },
  );
}

function checkClasses(chosen: readonly number[], classes: number): void {
  const wrong = chosen.find((each) => !Number.isSafeInteger(each) || each < 0 || each >= classes);
  if (wrong === undefined) return;
  throw new ResNetError('bad-option', `There is no class ${wrong}: classes are 0 to ${classes - 1}.`, {
    classIndex: wrong,
  });
}
