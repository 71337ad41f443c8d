import type { RegisteredBackend } from '@resnetjs/backend';
import { type Group, groups, type Level } from '../cases/case.js';
import { type CaseReport, share } from '../run/case-report.js';

/** Backends against the truth, on one machine. */
export interface ParityReport {
  readonly level: Level;
  /** ISO 8601. */
  readonly date: string;
  /** The command that made it. */
  readonly command: string;
  /** Facts about the machine, in words. */
  readonly machine: Readonly<Record<string, string>>;
  readonly backends: readonly BackendReport[];
}

export interface BackendReport {
  readonly name: string;
  /** Where it ran: `Node 20.20.2`, `Chromium 156`. */
  readonly where: string;
  /** Why it could not run; null where it did. */
  readonly reason: string | null;
  readonly registered: RegisteredBackend | null;
  readonly cases: readonly CaseReport[];
}

/** A backend on the cases of one group. */
export interface GroupResult {
  readonly group: Group;
  readonly passed: number;
  readonly of: number;
  /** The case that comes nearest to its gate, or is furthest beyond. */
  readonly worst: CaseReport | null;
}

export function groupResults({ cases }: BackendReport): readonly GroupResult[] {
  return groups.flatMap((group) => {
    const own = cases.filter((each) => each.group === group);
    if (own.length === 0) return [];
    const worst = own.reduce<CaseReport | null>(
      (a, b) => (a === null || share(b.worst) > share(a.worst) ? b : a),
      null,
    );
    return [{ group, passed: own.filter(({ passed }) => passed).length, of: own.length, worst }];
  });
}

/** Whether a backend ran, and everything that it ran agrees with the truth. */
export function conforms({ reason, cases }: BackendReport): boolean {
  return reason === null && cases.length > 0 && cases.every(({ passed }) => passed);
}

/** `1.2e-6`, of what is judged by relative L2. */
export function errorOf(report: CaseReport | null): string {
  const error = report?.worst?.gate.relativeL2 === undefined ? undefined : report.worst.relativeL2;
  if (error === undefined) return '–';
  return error === 0 ? '0' : Number.isFinite(error) ? error.toExponential(1) : String(error);
}
