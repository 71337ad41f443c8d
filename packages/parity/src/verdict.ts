/** How far values may be from the truth. Every bound that is given must hold. */
export interface Gate {
  /** ‖actual − truth‖ / ‖truth‖ at most this. */
  readonly relativeL2?: number;
  /** Each |actual − truth| at most absolute + relative · |truth|; a list has a bound for each value. */
  readonly absolute?: number | readonly number[];
  /** Each |actual − truth| at most absolute + relative · |truth|. */
  readonly relative?: number;
}

export interface Verdict {
  readonly what: string;
  readonly gate: Gate;
  readonly passed: boolean;
  /** What departs, by how much and where; what was measured where all is well. */
  readonly message: string;
  readonly maxAbsolute: number;
  /** The largest |actual − truth| / |truth|, over the values whose truth isn't 0. */
  readonly maxRelative: number;
  readonly relativeL2: number;
  readonly cosine: number;
}

/** Whether values agree with the truth within a gate. NaN and Infinity never pass, on either side. */
export function compare(
  what: string,
  actual: ArrayLike<number>,
  truth: ArrayLike<number>,
  gate: Gate,
): Verdict {
  const measures = measure(actual, truth);
  const verdict = (problem: string | undefined): Verdict => ({
    what,
    gate,
    passed: problem === undefined,
    message: `${what}: ${problem ?? `relative L2 ${show(measures.relativeL2)}, largest difference ${show(measures.maxAbsolute)}`}`,
    ...measures,
  });
  if (gate.relativeL2 === undefined && gate.absolute === undefined && gate.relative === undefined) {
    return verdict('the gate is empty, so nothing can depart');
  }
  if (actual.length !== truth.length)
    return verdict(`${actual.length} values, where the truth has ${truth.length}`);
  if (truth.length === 0) return verdict('no values');
  for (let i = 0; i < truth.length; i++) {
    if (!Number.isFinite(truth[i])) return verdict(`the truth at ${i} is ${truth[i]}`);
    if (!Number.isFinite(actual[i]))
      return verdict(`the value at ${i} is ${actual[i]}, the truth ${truth[i]}`);
  }
  if (gate.absolute !== undefined || gate.relative !== undefined) {
    const { absolute = 0, relative = 0 } = gate;
    let worst = { excess: 0, index: -1, bound: 0 };
    for (let i = 0; i < truth.length; i++) {
      const own = typeof absolute === 'number' ? absolute : (absolute[i] ?? Number.NaN);
      const bound = own + relative * Math.abs(truth[i] as number);
      const difference = Math.abs((actual[i] as number) - (truth[i] as number));
      if (!(difference <= bound) && !(difference - bound <= worst.excess)) {
        worst = { excess: difference - bound, index: i, bound };
      }
    }
    if (worst.index >= 0) {
      const { index, bound } = worst;
      return verdict(
        `the value at ${index} is ${actual[index]}, the truth ${truth[index]}: further than ${show(bound)}`,
      );
    }
  }
  if (gate.relativeL2 !== undefined && !(measures.relativeL2 <= gate.relativeL2)) {
    return verdict(
      `relative L2 ${show(measures.relativeL2)} is over ${show(gate.relativeL2)}; ` +
        `largest difference ${show(measures.maxAbsolute)}, cosine ${measures.cosine}`,
    );
  }
  return verdict(undefined);
}

/** Against a truth of length 0, the relative L2 is 0 where all is 0 too, else infinite. */
function measure(actual: ArrayLike<number>, truth: ArrayLike<number>) {
  let maxAbsolute = 0;
  let maxRelative = 0;
  let difference = 0;
  let actualSquare = 0;
  let truthSquare = 0;
  let product = 0;
  for (let i = 0; i < truth.length; i++) {
    const a = actual[i] ?? Number.NaN;
    const t = truth[i] as number;
    const apart = Math.abs(a - t);
    maxAbsolute = Math.max(maxAbsolute, apart);
    if (t !== 0) maxRelative = Math.max(maxRelative, apart / Math.abs(t));
    difference += apart ** 2;
    actualSquare += a ** 2;
    truthSquare += t ** 2;
    product += a * t;
  }
  return {
    maxAbsolute,
    maxRelative,
    relativeL2: difference === 0 ? 0 : Math.sqrt(difference / truthSquare),
    cosine: product / Math.sqrt(actualSquare * truthSquare),
  };
}

function show(value: number): string {
  return value.toPrecision(3);
}
