import { BackendError } from '@resnetjs/backend';
import type { InstallStep, Say } from './events.js';

/** What each part of an installation works with. */
export interface Workplace {
  /** tfjs-node's package, being made; its JavaScript and its addon's sources are there already. */
  readonly folder: string;
  /** For what is thrown away at the end. */
  readonly scratch: string;
  /** For downloads, which the next attempt goes on with. */
  readonly downloads: string;
  readonly say: Say;
  readonly signal: AbortSignal | undefined;
}

/** A way that does not work here: the reason is for the account of what was tried. */
export function impossible(reason: string, cause?: unknown): BackendError {
  return new BackendError('unavailable', reason, { cause });
}

/** Steps that report: the one at work, and its messages. */
export const stepping = (say: Say, step: InstallStep) => (message: string) =>
  say({ event: 'step', step, message });
