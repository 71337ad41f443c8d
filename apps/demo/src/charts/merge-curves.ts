import type { AlignedData } from 'uplot';

export interface PlainCurve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Curves of their own steps over all steps: null where a curve has no value. */
export function mergeCurves(curves: readonly PlainCurve[]): AlignedData {
  const known = [...new Set(curves.flatMap(({ steps }) => steps))].sort((a, b) => a - b);
  // Without any value the axes are still drawn.
  const xs = known.length === 0 ? [0, 100] : known;
  const at = new Map(xs.map((x, i) => [x, i]));
  const columns = curves.map(({ steps, values }) => {
    const column: (number | null)[] = Array(xs.length).fill(null);
    steps.forEach((step, i) => {
      column[at.get(step) as number] = values[i] ?? null;
    });
    return column;
  });
  return [xs, ...columns] as AlignedData;
}

/** An exponential mean over about `span` values, without the start's pull towards 0. */
export function smooth({ steps, values }: PlainCurve, span = 20): PlainCurve {
  const keep = 1 - 1 / span;
  let sum = 0;
  let weight = 0;
  return {
    steps,
    values: values.map((value) => {
      sum = keep * sum + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
      return sum / weight;
    }),
  };
}
