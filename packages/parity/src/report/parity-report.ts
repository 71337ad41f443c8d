import type { RegisteredBackend } from '@resnetjs/backend';
import { type Group, groups, type Level } from '../cases/case.js';
import { type CaseReport, isWorse, share } from '../run/case-report.js';

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
  /** Why it could not run, or did not come to its end; null where it did. */
  readonly reason: string | null;
  /** null where it could not run. */
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
      (a, b) => (a === null || isWorse(b.worst, a.worst) ? b : a),
      null,
    );
    return [{ group, passed: own.filter(({ passed }) => passed).length, of: own.length, worst }];
  });
}

/** `departs` from the truth in a case; `incomplete`: agrees with it as far as it came, and did not come to its end. */
export type Outcome = 'passes' | 'departs' | 'incomplete' | 'not run';

export function outcomeOf({ reason, registered, cases }: BackendReport): Outcome {
  if (registered === null) return 'not run';
  if (!cases.every(({ passed }) => passed)) return 'departs';
  return reason === null && cases.length > 0 ? 'passes' : 'incomplete';
}

/** Those that began; of the others, the reason is all there is to tell. */
export function begun({ backends }: ParityReport): readonly BackendReport[] {
  return backends.filter(({ registered }) => registered !== null);
}

/** The cases of all backends that come nearest to their gates, or are furthest beyond; the worst first. */
export function nearestToGates(
  report: ParityReport,
  most: number,
): readonly { readonly backend: BackendReport; readonly each: CaseReport }[] {
  return begun(report)
    .flatMap((backend) => backend.cases.map((each) => ({ backend, each })))
    .filter(({ each }) => share(each.worst) >= 0)
    .sort((a, b) => share(b.each.worst) - share(a.each.worst))
    .slice(0, most);
}

/** `82 %` of its gate, or `2000 times` it. */
export function shareInWords({ worst }: CaseReport): string {
  const part = share(worst);
  if (part < 10) return `${Math.round(100 * part)} %`;
  return Number.isFinite(part) ? `${Math.round(part)} times` : 'beyond all measure';
}

/** `1.2e-6`, of what is judged by relative L2. */
export function errorOf(report: CaseReport | null): string {
  const error = report?.worst?.gate.relativeL2 === undefined ? undefined : report.worst.relativeL2;
  if (error === undefined) return '–';
  return error === 0 ? '0' : Number.isFinite(error) ? error.toExponential(1) : String(error);
}
