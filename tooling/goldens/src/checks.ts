import type { MeasuresAndFloor } from './golden.js';
import { measure } from './sampling.js';

/** One comparison with a golden. */
export interface Check {
  readonly what: string;
  readonly passed: boolean;
  /** How far apart, relative to the expected; 0 or infinite for what must be equal. */
  readonly apart: number;
  /** How far apart they may be. */
  readonly allowed: number;
  /** What differs, if it doesn't pass. */
  readonly message: string;
}

/** A number that must be the same. */
export function checkEqual(what: string, actual: number, expected: number): Check {
  const passed = actual === expected;
  const message = passed ? '' : `${what}: ${actual}, expected ${expected}`;
  return { what, passed, apart: passed ? 0 : Number.POSITIVE_INFINITY, allowed: 0, message };
}

/** A relative error within a bound; NaN is not. */
export function checkRelative(what: string, apart: number, allowed: number): Check {
  const passed = apart <= allowed;
  const message = passed
    ? ''
    : `${what}: ${apart.toExponential(2)} apart, where ${allowed.toExponential(2)} is allowed`;
  return { what, passed, apart, allowed, message };
}

/** ‖actual − expected‖ / size; infinite if there aren't as many. */
export function relativeL2(
  actual: ArrayLike<number>,
  expected: readonly number[],
  size = Math.hypot(...expected),
): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let square = 0;
  for (let i = 0; i < expected.length; i++) square += ((actual[i] as number) - (expected[i] as number)) ** 2;
  return relative(Math.sqrt(square), size);
}

/** 0 if there is no difference: what a ReLU never lets through has a gradient of 0. */
export const relative = (difference: number, size: number) => (difference === 0 ? 0 : difference / size);

/** The mean square of a uniform number in [-1, 1). */
const meanSquare = 1 / 3;

/**
 * Tensors against their measures: all together within four times the floor of all, by an estimate, since a product of the
 * difference with random numbers of mean 0 has the expected square ‖difference‖² / 3; and the worst within four times the floor
 * of the source's worst.
 */
export function checkTensors(
  what: string,
  name: string,
  actual: ReadonlyMap<string, ArrayLike<number>>,
  expected: Readonly<Record<string, MeasuresAndFloor>>,
  floor: number,
): readonly Check[] {
  const missing = Object.keys(expected).filter((key) => !actual.has(key));
  const unknown = [...actual.keys()].filter((key) => expected[key] === undefined);
  if (missing.length > 0 || unknown.length > 0) {
    const message = `${what}: without ${missing.join(', ') || 'none'}, and ${unknown.join(', ') || 'none'} beside`;
    return [{ what, passed: false, apart: Number.POSITIVE_INFINITY, allowed: 0, message }];
  }
  const allowed = 4 * Math.max(floor, ...Object.values(expected).map(([, , , own]) => own));
  let worst = checkRelative(`${what}, the worst`, 0, allowed);
  let differences = 0;
  let squares = 0;
  for (const [key, [norm, product0, product1]] of Object.entries(expected)) {
    const [actualNorm, actual0, actual1] = measure(`${name}/${key}`, actual.get(key) as ArrayLike<number>);
    const size = Math.max(norm, key.endsWith('.bias') ? normOf(expected, key.replace(/bias$/, 'kernel')) : 0);
    const apart = [actualNorm - norm, actual0 - product0, actual1 - product1].map((each) => Math.abs(each));
    const check = checkRelative(`${what}, ${key}`, relative(Math.max(...apart), size), allowed);
    if (!(check.apart <= worst.apart)) worst = check;
    differences += ((actual0 - product0) ** 2 + (actual1 - product1) ** 2) / 2 / meanSquare;
    squares += norm ** 2;
  }
  return [checkRelative(what, Math.sqrt(differences / squares), 4 * floor), worst];
}

const normOf = (expected: Readonly<Record<string, MeasuresAndFloor>>, key: string) => expected[key]?.[0] ?? 0;
