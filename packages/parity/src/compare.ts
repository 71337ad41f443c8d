/** How far values may be from the expected ones. All bounds that are given must hold, and at least one must be given. */
export interface Tolerance {
  /** Upper bound of ‖actual − expected‖ / ‖expected‖, of all values together. */
  readonly relativeL2?: number;
  /** For each value, |actual − expected| ≤ absolute + relative · |expected|. A list has one bound per value. Default: 0. */
  readonly absolute?: number | readonly number[];
  /** See `absolute`. Default: 0. */
  readonly relative?: number;
}

/** The result of `compare`: whether the values agree, and how far apart they are. */
export interface Comparison {
  /** What was compared, in words. */
  readonly what: string;
  readonly tolerance: Tolerance;
  readonly passed: boolean;
  /** For a person: what differs, where and by how much; if nothing does, the errors that were measured. */
  readonly message: string;
  /** The largest |actual − expected|. */
  readonly maxAbsolute: number;
  /** The largest |actual − expected| / |expected|, over the values that should not be 0. */
  readonly maxRelative: number;
  /** ‖actual − expected‖ / ‖expected‖. */
  readonly relativeL2: number;
  /** The cosine of the angle between both as vectors. */
  readonly cosine: number;
}

/**
 * Compares values with the expected ones, within a tolerance. NaN and Infinity never pass, on either side.
 *
 * @example
 * ```ts
 * const { passed, message } = compare('logits', [1, 2.00001], [1, 2], { relativeL2: 1e-4 });
 * ```
 */
export function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): Comparison {
  const measures = measure(actual, expected);
  const comparison = (problem: string | undefined): Comparison => ({
    what,
    tolerance,
    passed: problem === undefined,
    message: `${what}: ${problem ?? `relative L2 ${show(measures.relativeL2)}, largest difference ${show(measures.maxAbsolute)}`}`,
    ...measures,
  });
  if (
    tolerance.relativeL2 === undefined &&
    tolerance.absolute === undefined &&
    tolerance.relative === undefined
  ) {
    return comparison('the tolerance has no bound');
  }
  if (actual.length !== expected.length)
    return comparison(`${actual.length} values, expected ${expected.length}`);
  if (expected.length === 0) return comparison('no values');
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(expected[i])) return comparison(`the expected value at ${i} is ${expected[i]}`);
    if (!Number.isFinite(actual[i]))
      return comparison(`the value at ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
  if (tolerance.absolute !== undefined || tolerance.relative !== undefined) {
    const { absolute = 0, relative = 0 } = tolerance;
    let worst = { excess: 0, index: -1, bound: 0 };
    for (let i = 0; i < expected.length; i++) {
      const own = typeof absolute === 'number' ? absolute : (absolute[i] ?? Number.NaN);
      const bound = own + relative * Math.abs(expected[i] as number);
      const difference = Math.abs((actual[i] as number) - (expected[i] as number));
      if (!(difference <= bound) && !(difference - bound <= worst.excess)) {
        worst = { excess: difference - bound, index: i, bound };
      }
    }
    if (worst.index >= 0) {
      const { index, bound } = worst;
      return comparison(
        `the value at ${index} is ${actual[index]}, expected ${expected[index]} to within ${show(bound)}`,
      );
    }
  }
  if (tolerance.relativeL2 !== undefined && !(measures.relativeL2 <= tolerance.relativeL2)) {
    return comparison(
      `relative L2 ${show(measures.relativeL2)} is above ${show(tolerance.relativeL2)}; ` +
        `largest difference ${show(measures.maxAbsolute)}, cosine ${measures.cosine}`,
    );
  }
  return comparison(undefined);
}

/** If all expected values are 0, the relative L2 error is 0 if all actual ones are 0, too, and infinite if not. */
function measure(actual: ArrayLike<number>, expected: ArrayLike<number>) {
  let maxAbsolute = 0;
  let maxRelative = 0;
  let difference = 0;
  let actualSquare = 0;
  let expectedSquare = 0;
  let product = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? Number.NaN;
    const e = expected[i] as number;
    const apart = Math.abs(a - e);
    maxAbsolute = Math.max(maxAbsolute, apart);
    if (e !== 0) maxRelative = Math.max(maxRelative, apart / Math.abs(e));
    difference += apart ** 2;
    actualSquare += a ** 2;
    expectedSquare += e ** 2;
    product += a * e;
  }
  return {
    maxAbsolute,
    maxRelative,
    relativeL2: difference === 0 ? 0 : Math.sqrt(difference / expectedSquare),
    cosine: product / Math.sqrt(actualSquare * expectedSquare),
  };
}

function show(value: number): string {
  return value.toPrecision(3);
}
