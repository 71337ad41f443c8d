import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { checkChoice } from '../images/check-levels.js';
import { normalize } from './normalize.js';
import type { Preprocessing } from './preprocessing.js';
import { preprocessings } from './preprocessings.js';

/** What Keras's weights want: 'caffe' of ResNet50, 101 and 152, 'tf' of the V2 networks; 'torch' is PyTorch's. */
export type KerasMode = keyof typeof preprocessings.keras;

/** Levels of RGB images, 0 to 255, one after the other. */
export type Levels = Uint8Array | Uint8ClampedArray | Float32Array | readonly number[];

/**
 * Keras's `preprocess_input` (`keras.applications.imagenet_utils`): RGB images with levels of 0 to 255, `[height, width, 3]` or
 * `[batch, height, width, 3]`, as the network takes them, float32. Of a tensor it makes a tensor of that shape, which the caller
 * disposes of; of an array a new array. Mode 'caffe', the default, is BGR less ImageNet's mean, 'tf' −1 to 1, 'torch'
 * ImageNet's mean and std. A classifier needs no such call: `preprocess` does what its preprocessing says. Throws `bad-option` for
 * another mode, and `shape-mismatch` unless there are 3 channels.
 *
 * @example
 * const input = preprocessInput(tf.browser.fromPixels(canvas).expandDims(0)); // [1, height, width, 3]
 * const logits = forward(network, variables, input);
 */
export function preprocessInput<Images extends tf.Tensor>(images: Images, mode?: KerasMode): Images;
export function preprocessInput(images: Levels, mode?: KerasMode): Float32Array<ArrayBuffer>;
export function preprocessInput(images: tf.Tensor | Levels, mode: KerasMode = 'caffe') {
  checkChoice('mode', mode, Object.keys(preprocessings.keras));
  const preprocessing: Preprocessing = preprocessings.keras[mode];
  if (!(images instanceof tf.Tensor)) {
    if (images.length % 3 !== 0) throw otherChannels(`${images.length} levels`);
    return normalize(images, preprocessing);
  }
  if (![3, 4].includes(images.rank) || images.shape.at(-1) !== 3) {
    throw otherChannels(`a tensor of [${images.shape.join(', ')}]`);
  }
  return tf.tidy(() => {
    const levels = tf.cast(images, 'float32');
    const ordered = preprocessing.channelOrder === 'bgr' ? tf.reverse(levels, -1) : levels;
    return tf.div(tf.sub(ordered, [...preprocessing.mean]), [...preprocessing.std]);
  });
}

function otherChannels(found: string): ResNetError {
  const message = `preprocessInput takes RGB images, [height, width, 3] or [batch, height, width, 3], not ${found}.`;
  return new ResNetError('shape-mismatch', message, { found });
}
