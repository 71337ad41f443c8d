import type { ParameterId } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { KerasFile } from '../containers/keras/keras-file.js';
import { type KerasNetwork, parseKerasConfig } from '../graph/keras-config.js';
import { identity } from '../layouts.js';
import { type GraphModel, graphModel } from './graph-model.js';
import type { ParameterTensor } from './parameter-tensors.js';
import type { WeightsOptions } from './weights-model.js';

/** A file with a Keras model's configuration, and its layers' variables. */
type WholeModel = Pick<KerasFile, 'config' | 'layers' | 'tensors'>;

/** The network in a whole Keras model: the catalogue's, if it is the same function. Throws `bad-file`. */
export function openKerasModel(file: WholeModel, options: WeightsOptions): GraphModel {
  const { input } = options;
  const parsed = parseKerasConfig(file.config, input ? { size: [input[0], input[1]] } : {});
  return graphModel(parsed, tensorsOf(file, parsed), options);
}

function tensorsOf(file: WholeModel, { layers }: KerasNetwork): ReadonlyMap<ParameterId, ParameterTensor> {
  const variablesOf = new Map(file.layers.map(({ name, variables }) => [name, variables]));
  const tensors = new Map<ParameterId, ParameterTensor>();
  for (const { name, parameters } of layers) {
    const variables = variablesOf.get(name) ?? [];
    if (variables.length !== parameters.length) {
      throw badFile(
        `Layer ${quote(name)} has ${parameters.length} variables by the file's configuration, but ${variables.length} are in the file.`,
        { layer: name },
      );
    }
    for (const [index, { id, shape }] of parameters.entries()) {
      const tensor = variables[index] as string;
      const found = file.tensors.get(tensor)?.shape ?? [];
      if (String(found) !== String(shape)) {
        throw badFile(
          `${quote(tensor)} has the shape [${found.join(', ')}], but the file's configuration needs [${shape.join(', ')}].`,
          { tensor },
        );
      }
      tensors.set(id, { tensor, layout: identity });
    }
  }
  return tensors;
}
