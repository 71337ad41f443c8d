import { CommanderError } from 'commander';
import type { FailureCode } from '../json/outputs.js';
import { printFailure } from '../json/print-json.js';
import { harmless } from '../terminal/format.js';

const exitCodes = { failure: 1, usage: 2 } as const;

/** The codes of a ResNetError that mean wrong usage. */
const usageCodes: readonly unknown[] = ['bad-option', 'unknown-name'];

/** 0 for help, 2 for wrong usage, 1 for every other failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  return isOurs(error) && usageCodes.includes(error.code) ? exitCodes.usage : exitCodes.failure;
}

/**
 * Prints what went wrong to stderr, and with RESNET_DEBUG=1 the stack trace; with `json`, that of a command with --json, to
 * stdout as well, as a line of JSON.
 */
export function report(error: unknown, { json = false }: { readonly json?: boolean } = {}): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    // Commander has printed it, as it prints help.
    if (json && error.exitCode !== 0) {
      printFailure({ error: { code: 'wrong-usage', message: message.replace(/^error: /, '') } });
    }
    return;
  }
  const known = isOurs(error);
  if (json) printFailure({ error: { code: known ? error.code : 'unexpected', message } });
  const unexpected = `Unexpected error: ${message || 'no message'}\nPlease report it; RESNET_DEBUG=1 prints where it happened.`;
  const lines = (known ? message : unexpected).split('\n').map(harmless);
  process.stderr.write(`error: ${lines.join('\n')}\n`);
  if (process.env.RESNET_DEBUG === '1') console.error(error);
}

/** By name, so that this file need not load the packages that define the classes. */
function isOurs(error: unknown): error is Error & { code: FailureCode } {
  return error instanceof Error && ['ResNetError', 'BackendError'].includes(error.name);
}
