import { disposeVariables, type ParameterId, parameters, ResNetError, type Variables } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { type ByteSource, byteSource } from '../byte-source.js';
import { type DecodedClassifier, decodeClassifier } from '../model-file/decode-classifier.js';
import { openWeights } from './open-weights.js';
import type { OpenedWeights, WeightsDescription, WeightsOptions } from './weights-model.js';

/** A classifier from a file of weights, and what is known of the file. The caller disposes of its variables. */
export interface ReadClassifier extends DecodedClassifier {
  readonly file: Omit<WeightsDescription, 'network' | 'classes' | 'preprocessing' | 'training'>;
}

/**
 * Reads a classifier from a file of weights, whoever wrote it, onto the current backend, tensor by tensor: see
 * `openWeights`. Throws what that throws, and `bad-file` for a network without a classifier, and for values with which nothing can be
 * computed; leaves no tensors then.
 *
 * @example
 * ```ts
 * const classifier = await readClassifier(byteSource(fileInput.files[0])); // resnet50.safetensors, say
 * ```
 */
export async function readClassifier(
  file: ByteSource | Uint8Array | Blob,
  options: WeightsOptions = {},
): Promise<ReadClassifier> {
  const source = 'read' in file ? file : byteSource(file);
  const opened = await openWeights(source, options);
  const { network, classes, preprocessing, training, read: _, ...rest } = opened;
  if (classes === null) {
    throw new ResNetError(
      'bad-file',
      `The file has ${network.name} without a classifier: it gives features, not classes. Train one on it (resnet train --from), or read its variables (readVariables).`,
      { network: network.name },
    );
  }
  // One of ours is read in one pass, its checksum last.
  const variables =
    opened.container === 'resnetjs'
      ? (await decodeClassifier(source)).variables
      : await readVariables(opened);
  return { network, classes, preprocessing, training, variables, file: rest };
}

/**
 * Reads a network's variables onto the current backend, tensor by tensor. Throws `bad-file` for values with which nothing can
 * be computed, and leaves no tensors then.
 *
 * @example
 * ```ts
 * const opened = await openWeights(bytes);
 * const variables = await readVariables(opened);
 * const features = forward(opened.network, variables, images);
 * ```
 */
export async function readVariables({
  network,
  read,
}: Pick<OpenedWeights, 'network' | 'read'>): Promise<Variables> {
  const variables = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
  };
  try {
    for (const parameter of parameters(network)) {
      const { id, shape, trainable } = parameter;
      const tensor = tf.tensor(await read(parameter), [...shape], 'float32');
      variables[trainable ? 'weights' : 'statistics'].set(id, tensor);
    }
  } catch (error) {
    disposeVariables(variables);
    throw error;
  }
  return variables;
}
