import * as tf from '@tensorflow/tfjs-core';
import { tolerances, relativeTolerance, zeroTolerance } from '../tolerances.js';
import type { ReferenceTensor } from '../reference/tensor.js';
import { compare, type Comparison } from '../compare.js';

/** What a case computes, by name. */
export type Quantities = ReadonlyMap<string, ReferenceTensor>;

/** What a backend is compared with. */
export interface Truth {
  /** Computed in float64. */
  readonly exact: Quantities;
  /** Computed in plain float32: its error sets the tolerances, if it is given. */
  readonly floor?: Quantities;
}

/** Compares a backend's tensor with the quantity `name`; `what` is the comparison's title. */
export type CompareTensor = (what: string, name: string, actual: tf.Tensor) => Promise<Comparison>;

/** Relative to the terms of a sum: what is smaller is only rounding, if only that of the inputs to float32. */
const cancelled = 1e-6;

/** A function that compares a backend's tensors with float64. */
export function compareWith(
  { exact, floor }: Truth,
  { precision, atLeast = tolerances.exact }: { readonly precision: 16 | 32; readonly atLeast?: number },
): CompareTensor {
  return async (what, name, actual) => {
    const truth = exact.get(name);
    if (truth === undefined) return claim(`${what}: float64 has no ${name}`, false);
    if (String(actual.shape) !== String(truth.shape)) {
      return claim(`${what}: shape [${actual.shape}], expected [${truth.shape}]`, false);
    }
    const values = await actual.data();
    const plain = floor?.get(name);
    const parts = sizeOfParts(exact, name);
    if (largest(truth) < cancelled * parts) {
      const lost = plain === undefined ? 0 : largest(plain);
      return compare(
        what,
        values,
        truth.data,
        zeroTolerance(Math.max(tolerances.exact * parts, tolerances.timesFloor * lost), precision),
      );
    }
    const lost =
      plain === undefined ? 0 : compare(what, plain.data, truth.data, { relativeL2: 1 }).relativeL2;
    return compare(
      what,
      values,
      truth.data,
      relativeTolerance(Math.max(atLeast, tolerances.timesFloor * lost), precision),
    );
  };
}

/** The size of the terms of a bias's gradient, estimated by its kernel's gradient; for all else, next to nothing. */
function sizeOfParts(exact: Quantities, name: string): number {
  const kernel = name.endsWith('.bias') && exact.get(name.replace(/\.bias$/, '.kernel'));
  return kernel ? largest(kernel) : cancelled;
}

function largest({ data }: ReferenceTensor): number {
  let max = 0;
  for (let i = 0; i < data.length; i++) max = Math.max(max, Math.abs(data[i] as number));
  return max;
}

/** The same comparison with a prefix to its title. */
export function prefixed(prefix: string, comparison: Comparison): Comparison {
  return { ...comparison, what: prefix + comparison.what, message: prefix + comparison.message };
}

/** A comparison for a yes or no; `otherwise` describes the no. */
export function claim(what: string, holds: boolean, otherwise = 'does not hold'): Comparison {
  const comparison = compare(what, [holds ? 1 : 0], [1], { absolute: 0 });
  return holds ? comparison : { ...comparison, message: `${what}: ${otherwise}` };
}

/** Checks that there are as many live tensors as expected. */
export function tensorsLeft(what: string, expected: number): Comparison {
  const alive = tf.memory().numTensors;
  const comparison = compare(what, [alive], [expected], { absolute: 0 });
  return comparison.passed
    ? comparison
    : { ...comparison, message: `${what}: ${alive}, expected ${expected}` };
}

/** The same values as a float32 tensor on the current backend. */
export function toTensor({ data, shape }: ReferenceTensor): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}
