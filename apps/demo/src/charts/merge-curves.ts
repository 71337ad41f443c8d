import type { AlignedData } from 'uplot';

export interface PlainCurve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** As many points as a chart has room for. */
const mostPoints = 400;

/** Every so many points of a long curve, with its last; short ones as they are. */
export function thin({ steps, values }: PlainCurve): PlainCurve {
  const every = Math.ceil(steps.length / mostPoints);
  if (every <= 1) return { steps, values };
  // Counted from the last, so that the newest is always there.
  const isKept = (_: number, index: number) => (steps.length - 1 - index) % every === 0;
  return { steps: steps.filter(isKept), values: values.filter(isKept) };
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
