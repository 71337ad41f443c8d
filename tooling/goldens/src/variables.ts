import { createVariables, type Network, type Parameter, type Variables } from '@resnetjs/core';
import { keysOf } from './keys.js';
import { sample, valueRange } from './sampling.js';

/** A parameter's values, by the parameter, for a network whose values are sampled by a name. */
export function parameterSampler(network: Network, name: string): (parameter: Parameter) => Float32Array {
  const keys = keysOf(network);
  return ({ id, role, shape }) => {
    const found = keys.get(id);
    if (found === undefined) throw new Error(`${network.name} has no parameter ${id}.`);
    const size = shape.reduce((a, b) => a * b, 1);
    return sample(`${name}/${found.key}`, size, valueRange(role, shape, found.isLastNorm));
  };
}

/** A network's variables on the current backend. The caller disposes of them. */
export function sampleVariables(network: Network, name: string): Variables {
  return createVariables(network, parameterSampler(network, name));
}
