import { type DialectName, type Network, type Parameter, parameterNames, parameters } from '@resnetjs/core';
import type { Layout } from '../layouts.js';
import type { FoundTensors } from './found-tensors.js';
import { layoutsOf } from './tensor-layout.js';

/** A parameter of a network, as a file in some dialect has it. */
export interface NeededTensor {
  readonly parameter: Parameter;
  /** Its name in the dialect. */
  readonly name: string;
  /** Its shape in the dialect's framework. */
  readonly shape: readonly number[];
  readonly layout: Layout;
}

/** What a network needs of a file in a dialect, in the order of `parameters`. */
export function neededTensors(network: Network, dialect: DialectName): readonly NeededTensor[] {
  const names = parameterNames(network, dialect);
  const layoutOf = layoutsOf(network, dialect);
  return parameters(network).map((parameter) => {
    const layout = layoutOf(parameter);
    return {
      parameter,
      layout,
      name: names.get(parameter.id) as string,
      shape: layout.shape(parameter.shape),
    };
  });
}

/** In what a file differs from what a network needs, by names. */
export interface Differences {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
  readonly misshapen: readonly {
    readonly name: string;
    readonly expected: readonly number[];
    readonly found: readonly number[];
  }[];
}

/** Compares a file's tensors with the needed ones. */
export function compareTensors(needed: readonly NeededTensor[], found: FoundTensors['tensors']): Differences {
  const known = new Set(needed.map(({ name }) => name));
  return {
    missing: needed.filter(({ name }) => !found.has(name)).map(({ name }) => name),
    surplus: [...found.keys()].filter((name) => !known.has(name)),
    misshapen: needed.flatMap(({ name, shape }) => {
      const { shape: actual } = found.get(name) ?? { shape };
      return String(actual) === String(shape) ? [] : [{ name, expected: shape, found: actual }];
    }),
  };
}

/** How many tensors stand in the way. */
export function countDifferences({ missing, surplus, misshapen }: Differences): number {
  return missing.length + surplus.length + misshapen.length;
}
