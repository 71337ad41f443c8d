import type { AlignedData } from 'uplot';

export interface CurveData {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** As many points as a chart has room for. */
const maxPoints = 400;

/** Every n-th point of a long curve, its last included; a short curve as it is. */
export function thin({ steps, values }: CurveData): CurveData {
  const every = Math.ceil(steps.length / maxPoints);
  if (every <= 1) return { steps, values };
  const kept = { steps: [] as number[], values: [] as number[] };
  // Counted from the last, so that the newest is always there, and looking at no other point: this is done often.
  for (let i = (steps.length - 1) % every; i < steps.length; i += every) {
    kept.steps.push(steps[i] as number);
    kept.values.push(values[i] as number);
  }
  return kept;
}

/** Curves, each with its own steps, as columns over all steps: null where a curve has no value. Without any value, the steps are `ends`. */
export function mergeCurves(
  curves: readonly CurveData[],
  ends: readonly [number, number] = [0, 100],
): AlignedData {
  const known = [...new Set(curves.flatMap(({ steps }) => steps))].sort((a, b) => a - b);
  const xs = known.length === 0 ? ends : known;
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
