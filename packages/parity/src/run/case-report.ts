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
  /** What came nearest to its gate, or went furthest beyond, of what is judged by relative L2. */
  readonly worst: Verdict | null;
  readonly judged: number;
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
    worst: verdicts.reduce<Verdict | null>(
      (worst, each) => (share(each) > share(worst) ? each : worst),
      null,
    ),
    judged: verdicts.length,
    seconds,
  };
}

/** The part of its gate that a verdict takes up; over 1 it fails. */
export function share(verdict: Verdict | null): number {
  if (verdict === null) return -1;
  const { gate, relativeL2 } = verdict;
  return gate.relativeL2 === undefined ? -1 : relativeL2 / gate.relativeL2;
}
