import type { ParityCase } from '../cases/case.js';
import type { Comparison } from '../compare.js';

/** A case's result on one backend. */
export interface CaseReport {
  readonly name: string;
  readonly group: ParityCase['group'];
  readonly passed: boolean;
  /** What differs, in words; empty if the case passed. */
  readonly failures: readonly string[];
  /** The first part of a network that differs even with the reference's inputs and gradients, or a training's first step that differs; null if none does. */
  readonly differsAt: string | null;
  /** The comparison that takes up the largest part of its relative L2 tolerance; one that failed comes first. null if there is none. */
  readonly worst: Comparison | null;
  /** The number of comparisons. */
  readonly compared: number;
  readonly seconds: number;
}

/** Sums up a case's comparisons. */
export function reportOn(
  { name, group }: ParityCase,
  comparisons: readonly Comparison[],
  { differsAt = null, seconds }: { readonly differsAt?: string | null; readonly seconds: number },
): CaseReport {
  const failures = comparisons.filter(({ passed }) => !passed).map(({ message }) => message);
  return {
    name,
    group,
    passed: failures.length === 0,
    failures,
    differsAt,
    worst: comparisons.reduce<Comparison | null>(
      (worst, each) => (isWorse(each, worst) ? each : worst),
      null,
    ),
    compared: comparisons.length,
    seconds,
  };
}

/** A failed comparison is worse than one that passed; of two alike, the one that takes up more of its tolerance. */
export function isWorse(comparison: Comparison | null, than: Comparison | null): boolean {
  const [passed, otherPassed] = [comparison?.passed ?? true, than?.passed ?? true];
  return passed === otherPassed ? toleranceShare(comparison) > toleranceShare(than) : otherPassed;
}

/** The relative L2 error divided by its tolerance: above 1, the comparison failed. −1 if it has no such tolerance. */
export function toleranceShare(comparison: Comparison | null): number {
  const tolerance = comparison?.tolerance.relativeL2;
  if (comparison === null || tolerance === undefined) return -1;
  return Number.isNaN(comparison.relativeL2) ? Number.POSITIVE_INFINITY : comparison.relativeL2 / tolerance;
}
