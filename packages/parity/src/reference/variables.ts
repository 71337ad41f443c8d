import {
  type RandomSource,
  sampleInitialValues,
  type Network,
  type Parameter,
  parameters,
} from '@resnetjs/core';
import type { ReferenceVariables } from './network.js';
import { type ReferenceTensor, rounded, tensor64 } from './tensor.js';

/** A parameter's initial values as core samples them: float32, stored as float64. */
export function sampleParameter({ initializer, shape }: Parameter, random: RandomSource): ReferenceTensor {
  return tensor64(sampleInitialValues(initializer, shape, random), shape);
}

/** Initial values of all parameters, as `initialize` of core samples them. */
export function sampleVariables(network: Network, random: RandomSource): ReferenceVariables {
  return new Map(parameters(network).map((parameter) => [parameter.id, sampleParameter(parameter, random)]));
}

/** The same values, rounded to float32. */
export function roundedVariables(variables: ReferenceVariables): ReferenceVariables {
  return new Map([...variables].map(([id, tensor]) => [id, rounded(tensor)]));
}
