import { BackendError } from '@resnetjs/backend';
import type { InstallStep, Report } from './events.js';

/** What each part of an installation takes. */
export interface InstallContext {
  /** tfjs-node's package under construction; its JavaScript and its addon's sources are in place. */
  readonly folder: string;
  /** For files that are deleted at the end. */
  readonly scratch: string;
  /** For downloads, which the next attempt resumes. */
  readonly downloads: string;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/** The error of a method that does not work here; its reason goes into the list of what was tried. */
export function methodFailed(reason: string, cause?: unknown): BackendError {
  return new BackendError('unavailable', reason, { cause });
}

/** A function that reports messages of one step. */
export const stepReporter = (report: Report, step: InstallStep) => (message: string) =>
  report({ event: 'step', step, message });
