import type { RegisteredBackend } from '@resnetjs/backend';
import { type CaseGroup, groups, type ParityLevel } from '../cases/case.js';
import { type CaseReport, isWorse, toleranceShare } from '../run/case-report.js';

/** Backends compared with float64, on one machine. */
export interface ParityReport {
  readonly level: ParityLevel;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** The command that made it. */
  readonly command: string;
  /** Facts about the machine, in words. */
  readonly machine: Readonly<Record<string, string>>;
  readonly backends: readonly BackendReport[];
}

/** One backend's cases. */
export interface BackendReport {
  readonly name: string;
  /** Where it ran: `Node 20.20.2`, `Chromium 156`. */
  readonly where: string;
  /** Why it could not run, or did not finish; null if it finished. */
  readonly reason: string | null;
  /** What `register` returned; null if the backend could not run. */
  readonly registered: RegisteredBackend | null;
  readonly cases: readonly CaseReport[];
}

/** A backend's cases of one group. */
export interface GroupResult {
  readonly group: CaseGroup;
  /** The number of cases that passed. */
  readonly passed: number;
  /** The number of cases. */
  readonly of: number;
  /** The case that is closest to its tolerance, or furthest beyond it. */
  readonly worst: CaseReport | null;
}

/** Sums up a backend's cases by group; groups without cases are left out. */
export function groupResults({ cases }: BackendReport): readonly GroupResult[] {
  return groups.flatMap((group) => {
    const own = cases.filter((each) => each.group === group);
    if (own.length === 0) return [];
    const worst = own.reduce<CaseReport | null>(
      (a, b) => (a === null || isWorse(b.worst, a.worst) ? b : a),
      null,
    );
    return [{ group, passed: own.filter(({ passed }) => passed).length, of: own.length, worst }];
  });
}

/** `fails`: a case differs from float64. `incomplete`: no case does, but the backend did not finish. */
export type Outcome = 'passes' | 'fails' | 'incomplete' | 'not run';

/** A backend's outcome over all its cases. */
export function outcomeOf({ reason, registered, cases }: BackendReport): Outcome {
  if (registered === null) return 'not run';
  if (!cases.every(({ passed }) => passed)) return 'fails';
  return reason === null && cases.length > 0 ? 'passes' : 'incomplete';
}

/** The backends that could run. */
export function startedBackends({ backends }: ParityReport): readonly BackendReport[] {
  return backends.filter(({ registered }) => registered !== null);
}

/** The `count` cases of all backends that are closest to their tolerances or furthest beyond them, the worst first. */
export function closestToTolerance(
  report: ParityReport,
  count: number,
): readonly { readonly backend: BackendReport; readonly each: CaseReport }[] {
  return startedBackends(report)
    .flatMap((backend) => backend.cases.map((each) => ({ backend, each })))
    .filter(({ each }) => toleranceShare(each.worst) >= 0)
    .sort((a, b) => toleranceShare(b.each.worst) - toleranceShare(a.each.worst))
    .slice(0, count);
}

/** A case's worst error as a part of its tolerance: `82 %`, or `2000 times`. */
export function formatShare({ worst }: CaseReport): string {
  const part = toleranceShare(worst);
  if (part < 10) return `${Math.round(100 * part)} %`;
  return Number.isFinite(part) ? `${Math.round(part)} times` : 'no finite number of times';
}

/** A case's worst relative L2 error as text: `1.2e-6`, or `–` if it has none. */
export function formatWorstError(report: CaseReport | null): string {
  const error = report?.worst?.tolerance.relativeL2 === undefined ? undefined : report.worst.relativeL2;
  if (error === undefined) return '–';
  return error === 0 ? '0' : Number.isFinite(error) ? error.toExponential(1) : String(error);
}
