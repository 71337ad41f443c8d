import {
  type RandomSource,
  sampleInitialValues,
  type Network,
  type Parameter,
  parameters,
} from '@resnetjs/core';
import type { ReferenceVariables } from './network.js';
import { type ReferenceTensor, rounded, tensor64 } from './tensor.js';

/** A parameter's first values, as core draws them: float32, held as float64. */
export function sampleParameter({ initializer, shape }: Parameter, draws: RandomSource): ReferenceTensor {
  return tensor64(sampleInitialValues(initializer, shape, draws), shape);
}

export function sampleVariables(network: Network, draws: RandomSource): ReferenceVariables {
  return new Map(parameters(network).map((parameter) => [parameter.id, sampleParameter(parameter, draws)]));
}

/** The same values, stored as float32. */
export function roundedVariables(variables: ReferenceVariables): ReferenceVariables {
  return new Map([...variables].map(([id, tensor]) => [id, rounded(tensor)]));
}
