import type { ParityCase } from '../cases/case.js';
import type { Verdict } from '../verdict.js';

/** What a backend makes of a case. */
export interface CaseReport {
  readonly name: string;
  readonly group: ParityCase['group'];
  readonly passed: boolean;
  /** What departs, in words; empty where the backend conforms. */
  readonly failures: readonly string[];
  /** Of a failed network, the first block that is wrong by itself, given the truth's inputs and gradients. */
  readonly departsAt: string | null;
  /** What departs the furthest; where nothing does, what came nearest to its gate, of what is judged by relative L2. */
  readonly worst: Verdict | null;
  readonly compared: number;
  readonly seconds: number;
}

/** A report on verdicts; those of blocks say where a network departs. */
export function reportOn(
  { name, group }: ParityCase,
  verdicts: readonly Verdict[],
  { departsAt = null, seconds }: { readonly departsAt?: string | null; readonly seconds: number },
): CaseReport {
  const failures = verdicts.filter(({ passed }) => !passed).map(({ message }) => message);
  return {
    name,
    group,
    passed: failures.length === 0,
    failures,
    departsAt,
    worst: verdicts.reduce<Verdict | null>((worst, each) => (isWorse(each, worst) ? each : worst), null),
    compared: verdicts.length,
    seconds,
  };
}

/** What departs is worse than what doesn't; else what takes up more of its gate. */
export function isWorse(verdict: Verdict | null, than: Verdict | null): boolean {
  const [passed, otherPassed] = [verdict?.passed ?? true, than?.passed ?? true];
  return passed === otherPassed ? share(verdict) > share(than) : otherPassed;
}

/** The part of its gate that a verdict takes up: over 1 it fails. −1 where it isn't judged by relative L2. */
export function share(verdict: Verdict | null): number {
  const gate = verdict?.gate.relativeL2;
  if (verdict === null || gate === undefined) return -1;
  return Number.isNaN(verdict.relativeL2) ? Number.POSITIVE_INFINITY : verdict.relativeL2 / gate;
}
