import { disposeVariables, type ParameterId, type Variables } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { badFile, quote } from '../bad-file.js';
import { floatValues } from '../float-values.js';
import { wrongValues } from '../variable-values.js';
import type { OpenedWeights } from './open-weights.js';

/** Reads a network's variables onto the current backend, tensor by tensor. Throws `bad-file`, and leaves no tensors then. */
export async function readVariables({ file, tensors }: OpenedWeights): Promise<Variables> {
  const variables = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
  };
  try {
    for (const { parameter, tensor, layout } of tensors) {
      const { id, shape, role, trainable } = parameter;
      const dtype = file.tensors.get(tensor)?.dtype ?? 'F32';
      const values = layout.toOurs(floatValues(tensor, dtype, await file.read(tensor)), shape);
      const problem = wrongValues(values, role);
      if (problem !== undefined)
        throw badFile(`Tensor ${quote(tensor)} holds ${problem}: nothing can be computed with it.`);
      variables[trainable ? 'weights' : 'statistics'].set(id, tf.tensor(values, [...shape], 'float32'));
    }
  } catch (error) {
    disposeVariables(variables);
    throw error;
  }
  return variables;
}
