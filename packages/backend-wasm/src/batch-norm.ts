import type { Address, Exports } from './microkernels.js';
import { floatsWorthwhile, type Team } from './threads/team.js';

// Batch normalization of [rows, channels], composed of the passes in assembly/batch-norm.ts.

interface BatchNormRun {
  readonly microkernels: Exports;
  readonly team: Team;
  /** Allocates memory that is freed at the end of the call. */
  readonly allocate: (bytes: number) => Address;
  readonly rows: number;
  readonly channels: number;
  readonly epsilon: number;
  readonly relu: boolean;
}

function rowsWorthwhile(channels: number): number {
  return Math.max(1, Math.ceil(floatsWorthwhile / channels));
}

/** Writes y [rows, channels], the mean and the biased variance [channels]. */
export function normalizeBatch(
  run: BatchNormRun,
  { y, mean, variance }: Record<'y' | 'mean' | 'variance', Address>,
  { x, scale, offset }: Record<'x' | 'scale' | 'offset', Address>,
): void {
  findMoments(run, mean, variance, x);
  const { a, b } = findCoefficients(run, { x, scale, offset, mean, variance });
  run.team.share(
    'normalizeRows',
    [y, x, mean, a, b, run.channels, run.relu],
    run.rows,
    rowsWorthwhile(run.channels),
  );
}

/** Writes y from given moments; a scale or offset of address 0 means none. */
export function normalizeGiven(
  { microkernels, team, allocate, rows, channels, epsilon, relu }: BatchNormRun,
  y: Address,
  inputs: Record<'x' | 'mean' | 'variance' | 'scale' | 'offset', Address>,
): void {
  const { x, mean, variance, scale, offset } = inputs;
  const [a, b, residual] = [allocate(4 * channels), allocate(4 * channels), allocate(8 * channels)];
  microkernels.coefficients(a, b, residual, scale, offset, variance, rows, channels, epsilon, false);
  team.share('normalizeRows', [y, x, mean, a, b, channels, relu], rows, rowsWorthwhile(channels));
}

/** Writes dx [rows, channels], dScale and dOffset [channels]. */
export function normalizeBatchGradient(
  run: BatchNormRun,
  { dx, dScale, dOffset }: Record<'dx' | 'dScale' | 'dOffset', Address>,
  inputs: Record<'dy' | 'x' | 'scale' | 'offset' | 'mean' | 'variance', Address>,
): void {
  const { microkernels, team, allocate, rows, channels, epsilon, relu } = run;
  const { dy, x, scale, mean, variance } = inputs;
  const { a, b, residual } = findCoefficients(run, inputs);
  const [total, product] = [allocate(8 * channels), allocate(8 * channels)];
  const runs = microkernels.runsOf(rows);
  const sums = allocate(8 * channels * runs);
  team.share('gradientRuns', [sums, dy, x, rows, channels, mean, a, b, relu], runs, 1);
  microkernels.addRuns(total, product, sums, runs, channels);

  const [slope, level] = [allocate(4 * channels), allocate(4 * channels)];
  microkernels.gradientCoefficients(
    dScale,
    dOffset,
    slope,
    level,
    total,
    product,
    residual,
    scale,
    variance,
    rows,
    channels,
    epsilon,
  );
  team.share(
    'gradientRows',
    [dx, dy, x, mean, a, b, slope, level, channels, relu],
    rows,
    rowsWorthwhile(channels),
  );
}

const sampledRows = 64;

/**
 * Mean and biased variance. The squares are summed around a shift near the mean, which is estimated from sampled rows; if
 * that turns out to be far off, they are summed once more, around the mean itself.
 */
function findMoments(run: BatchNormRun, mean: Address, variance: Address, x: Address): void {
  const { microkernels, allocate, rows, channels } = run;
  const [total, square] = [allocate(8 * channels), allocate(8 * channels)];
  const shift = allocate(4 * channels);
  const sampled = Math.min(rows, sampledRows);
  const step = 4 * channels * Math.floor(rows / Math.max(sampled, 1));
  const sample = allocate(8 * channels);
  run.team.share('zero', [shift], channels, channels);
  microkernels.sumRuns(sample, x, step, sampled, channels, shift, 0, microkernels.runsOf(sampled));
  microkernels.addRuns(total, square, sample, microkernels.runsOf(sampled), channels);
  microkernels.shiftFrom(shift, total, sampled, channels);

  for (let pass = 0; pass < 2; pass++) {
    sumAround(run, total, square, x, shift);
    if (!microkernels.momentsFrom(mean, variance, total, square, shift, rows, channels)) return;
  }
}

/** Σ(x − shift) and Σ(x − shift)² of every channel, in f64. */
function sumAround(run: BatchNormRun, total: Address, square: Address, x: Address, shift: Address): void {
  const { microkernels, team, allocate, rows, channels } = run;
  const runs = microkernels.runsOf(rows);
  const sums = allocate(8 * channels * runs);
  team.share('sumRuns', [sums, x, 4 * channels, rows, channels, shift], runs, 1);
  microkernels.addRuns(total, square, sums, runs, channels);
}

function findCoefficients(
  run: BatchNormRun,
  { x, scale, offset, mean, variance }: Record<'x' | 'scale' | 'offset' | 'mean' | 'variance', Address>,
): Record<'a' | 'b' | 'residual', Address> {
  const { microkernels, allocate, rows, channels, epsilon } = run;
  const [a, b] = [allocate(4 * channels), allocate(4 * channels)];
  const [residual, square] = [allocate(8 * channels), allocate(8 * channels)];
  const far = Boolean(microkernels.meanIsFar(mean, variance, channels, epsilon));
  if (far) sumAround(run, residual, square, x, mean);
  microkernels.coefficients(a, b, residual, scale, offset, variance, rows, channels, epsilon, far);
  return { a, b, residual };
}
