import { table } from './format.js';

/** Time of one kind of layer in one run, and its multiply-adds, both ways. */
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

/** The run that took the middle time: whole, so that its parts sum to it. */
export function middle(runs: readonly Run[]): Run {
  const sorted = [...runs].sort((a, b) => a.totalMs - b.totalMs);
  return sorted[Math.floor(sorted.length / 2)] as Run;
}

/** GFLOP/s. */
export const gigaflops = (multiplyAdds: number, milliseconds: number) =>
  (2 * multiplyAdds) / milliseconds / 1e6;

type Report = ReturnType<typeof describe>;

/** By kind of layer: time, speed and share, both ways. */
export function describe({ kinds, totalMs }: Run, ceiling: number) {
  const way = (milliseconds: number, multiplyAdds: number) => {
    const speed = multiplyAdds === 0 || milliseconds === 0 ? null : gigaflops(multiplyAdds, milliseconds);
    return { milliseconds, gigaflops: speed, ofCeiling: speed === null ? null : speed / ceiling };
  };
  const rows = [...kinds].map(([kind, spent]) => ({
    kind,
    forward: way(spent.forwardMs, spent.forwardMultiplyAdds),
    backward: way(spent.backwardMs, spent.backwardMultiplyAdds),
    share: (spent.forwardMs + spent.backwardMs) / totalMs,
  }));
  const accounted = rows.reduce((sum, { share }) => sum + share, 0);
  return { rows, unaccounted: { milliseconds: (1 - accounted) * totalMs, share: 1 - accounted }, totalMs };
}

export function format({ rows, unaccounted, totalMs }: Report): string {
  const ms = (value: number) => (value === 0 ? '' : value.toFixed(1));
  const share = (value: number) => `${(100 * value).toFixed(1)}%`;
  const way = ({ milliseconds, gigaflops, ofCeiling }: Report['rows'][number]['forward']) => [
    ms(milliseconds),
    gigaflops?.toFixed(1) ?? '',
    ofCeiling === null ? '' : `${(100 * ofCeiling).toFixed(0)}%`,
  ];
  return table([
    ['', 'forward', 'GFLOP/s', 'ceiling', 'back', 'GFLOP/s', 'ceiling', 'of all'],
    ['', 'ms', '', '', 'ms', '', '', ''],
    ...rows.map((row) => [row.kind, ...way(row.forward), ...way(row.backward), share(row.share)]),
    ['unaccounted, ms', ms(unaccounted.milliseconds), '', '', '', '', '', share(unaccounted.share)],
    ['all, ms', ms(totalMs), '', '', '', '', '', share(1)],
  ]);
}
