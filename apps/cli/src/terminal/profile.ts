import { table } from './format.js';

/** The time and the multiply-adds of one kind of layer in one run. */
export interface Spent {
  forwardMs: number;
  backwardMs: number;
  forwardMultiplyAdds: number;
  backwardMultiplyAdds: number;
}

export interface Run {
  readonly kinds: Map<string, Spent>;
  totalMs: number;
}

/** The run of median duration; a whole run, so that its parts sum to its total. */
export function medianRun(runs: readonly Run[]): Run {
  const sorted = [...runs].sort((a, b) => a.totalMs - b.totalMs);
  return sorted[Math.floor(sorted.length / 2)] as Run;
}

/** GFLOP/s. */
export const gigaflops = (multiplyAdds: number, milliseconds: number) =>
  (2 * multiplyAdds) / milliseconds / 1e6;

type Report = ReturnType<typeof describe>;

/** Time, speed and share by kind of layer. */
export function describe({ kinds, totalMs }: Run, peak: number) {
  const pass = (milliseconds: number, multiplyAdds: number) => {
    const speed = multiplyAdds === 0 || milliseconds === 0 ? null : gigaflops(multiplyAdds, milliseconds);
    return { ms: milliseconds, gflops: speed, shareOfPeak: speed === null ? null : speed / peak };
  };
  const rows = [...kinds].map(([kind, spent]) => ({
    kind,
    forward: pass(spent.forwardMs, spent.forwardMultiplyAdds),
    backward: pass(spent.backwardMs, spent.backwardMultiplyAdds),
    share: (spent.forwardMs + spent.backwardMs) / totalMs,
  }));
  const accounted = rows.reduce((sum, { share }) => sum + share, 0);
  return { kinds: rows, unaccounted: { ms: (1 - accounted) * totalMs, share: 1 - accounted }, totalMs };
}

/** Cells that the whole table needs; narrower ones have the time and its share alone. */
const roomyTable = 76;

export function format({ kinds, unaccounted, totalMs }: Report, columns = roomyTable): string {
  const ms = (value: number) => (value === 0 ? '' : value.toFixed(1));
  const share = (value: number) => `${(100 * value).toFixed(1)}%`;
  const pass = ({ ms: time, gflops, shareOfPeak }: Report['kinds'][number]['forward']) => [
    ms(time),
    gflops?.toFixed(1) ?? '',
    shareOfPeak === null ? '' : `${(100 * shareOfPeak).toFixed(0)}%`,
  ];
  if (columns < roomyTable) {
    return table([
      ['', 'ms', 'share'],
      ...kinds.map((row) => [row.kind, ms(row.forward.ms + row.backward.ms), share(row.share)]),
      ['unaccounted', ms(unaccounted.ms), share(unaccounted.share)],
      ['total', ms(totalMs), share(1)],
    ]);
  }
  return table([
    ['', 'forward', 'GFLOP/s', 'peak', 'backward', 'GFLOP/s', 'peak', 'share'],
    ['', 'ms', '', '', 'ms', '', '', ''],
    ...kinds.map((row) => [row.kind, ...pass(row.forward), ...pass(row.backward), share(row.share)]),
    ['unaccounted, ms', ms(unaccounted.ms), '', '', '', '', '', share(unaccounted.share)],
    ['total, ms', ms(totalMs), '', '', '', '', '', share(1)],
  ]);
}
