import * as tf from '@tensorflow/tfjs-core';
import { activationGradient } from '../compute/activation-gradient.js';
import type { Variables } from '../compute/variables.js';
import { ResNetError } from '../errors.js';
import { findNode, type NodeReference } from '../network/find-node.js';
import { outputShape, shapes } from '../network/shape.js';
import { siteName } from '../network/site.js';
import type { Network, Shape } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

export interface GradCamOptions {
  /** The class that is explained, for all images or for each; the one that each image is named, where it isn't given. */
  readonly classIndex?: number | readonly number[];
  /** The node whose maps are weighed; where it isn't given, the map that the head pools or flattens. */
  readonly at?: NodeReference;
}

/**
 * Where in images [batch, height, width, channels] a classifier sees a class: heat [batch, rows, columns] from 0 to 1,
 * of the map's size. Each image's largest heat is 1, unless nothing speaks for the class: then all of it is 0.
 * The score is the class's logit, in inference mode (Selvaraju et al. 2017, §3).
 * Throws `bad-option` for a class or a node that isn't there, `shape-mismatch` where there is no map or no classes.
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
    const most = tf.max(heat, [1, 2], true); // [batch, 1, 1]
    return tf.div(heat, tf.where(tf.greater(most, 0), most, tf.onesLike(most))) as tf.Tensor3D;
  });
}

/** 1 at each image's class, 0 elsewhere: [batch, classes]. */
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
    ({ site, op }) => site.part === 'head' && (op.op === 'pool' || op.op === 'flatten'),
  );
  if (node !== undefined) return node.from[0] as number;
  throw new ResNetError(
    'shape-mismatch',
    `${network.name} has no head that pools or flattens a map: say with \`at\` which step is to be explained.`,
    { network: network.name },
  );
}

function checkMap(network: Network, at: number): void {
  const shape = shapes(network)[at] as Shape;
  if (shape.length === 3) return;
  const name = siteName((walk(network)[at] as NetworkNode).site);
  throw new ResNetError(
    'shape-mismatch',
    `Step ${at} of ${network.name}, ${name}, gives [${shape.join(', ')}]: Grad-CAM needs a map, [height, width, channels].`,
    { at, shape },
  );
}

function countClasses(network: Network): number {
  const shape = outputShape(network);
  if (shape.length === 1) return shape[0] as number;
  throw new ResNetError(
    'shape-mismatch',
    `${network.name} gives [${shape.join(', ')}]: Grad-CAM explains classes, the result of a network with a head.`,
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
