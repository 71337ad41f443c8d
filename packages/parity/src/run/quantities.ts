import * as tf from '@tensorflow/tfjs-core';
import { gates, relativeGate, zeroGate } from '../gates.js';
import type { ReferenceTensor } from '../reference/tensor.js';
import { compare, type Verdict } from '../verdict.js';

/** What a case computes, by name. */
export type Quantities = ReadonlyMap<string, ReferenceTensor>;

export interface Truth {
  readonly exact: Quantities;
  /** The same, computed in plain float32: where it is given, it sets the gates. */
  readonly floor?: Quantities;
}

export type CompareTensor = (what: string, name: string, actual: tf.Tensor) => Promise<Verdict>;

/** Of what a gradient cancels from: nothing below it is more than rounding, be it of the truth's own inputs to float32. */
const cancelled = 1e-6;

/** How a backend's tensors are judged: `what` is said in the verdict, `name` is the quantity that it should be. */
export function compareWith(
  { exact, floor }: Truth,
  { precision, atLeast = gates.exact }: { readonly precision: 16 | 32; readonly atLeast?: number },
): CompareTensor {
  return async (what, name, actual) => {
    const truth = exact.get(name);
    if (truth === undefined) return claim(`${what}: the truth has no ${name}`, false);
    if (String(actual.shape) !== String(truth.shape)) {
      return claim(`${what}: shape [${actual.shape}] where the truth has [${truth.shape}]`, false);
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
        zeroGate(Math.max(gates.exact * parts, gates.timesFloor * lost), precision),
      );
    }
    const lost =
      plain === undefined ? 0 : compare(what, plain.data, truth.data, { relativeL2: 1 }).relativeL2;
    return compare(
      what,
      values,
      truth.data,
      relativeGate(Math.max(atLeast, gates.timesFloor * lost), precision),
    );
  };
}

/** The size of what a bias's gradient is summed from, told by its kernel's; for all else, next to nothing. */
function sizeOfParts(exact: Quantities, name: string): number {
  const kernel = name.endsWith('.bias') && exact.get(name.replace(/\.bias$/, '.kernel'));
  return kernel ? largest(kernel) : cancelled;
}

function largest({ data }: ReferenceTensor): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i] as number));
  return most;
}

/** The same verdict, with words before what was judged. */
export function prefixed(prefix: string, verdict: Verdict): Verdict {
  return { ...verdict, what: prefix + verdict.what, message: prefix + verdict.message };
}

/** A verdict on what is so or not; `otherwise` says how it isn't. */
export function claim(what: string, holds: boolean, otherwise = 'not so'): Verdict {
  const verdict = compare(what, [holds ? 1 : 0], [1], { absolute: 0 });
  return holds ? verdict : { ...verdict, message: `${what}: ${otherwise}` };
}

/** Whether as many tensors are alive as `expected`. */
export function still(what: string, expected: number): Verdict {
  const alive = tf.memory().numTensors;
  const verdict = compare(what, [alive], [expected], { absolute: 0 });
  return verdict.passed
    ? verdict
    : { ...verdict, message: `${what}: ${alive}, where ${expected} were expected` };
}

export function toTensor({ data, shape }: ReferenceTensor): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}
