import { type DrawSource, drawInitialValues, type Network, type Parameter, parameters } from '@resnetjs/core';
import type { ReferenceVariables } from './network.js';
import { type ReferenceTensor, rounded, tensor64 } from './tensor.js';

/** A parameter's first values, as core draws them: float32, held as float64. */
export function drawParameter({ initializer, shape }: Parameter, draws: DrawSource): ReferenceTensor {
  return tensor64(drawInitialValues(initializer, shape, draws), shape);
}

export function drawVariables(network: Network, draws: DrawSource): ReferenceVariables {
  return new Map(parameters(network).map((parameter) => [parameter.id, drawParameter(parameter, draws)]));
}

/** The same values, stored as float32. */
export function roundedVariables(variables: ReferenceVariables): ReferenceVariables {
  return new Map([...variables].map(([id, tensor]) => [id, rounded(tensor)]));
}
