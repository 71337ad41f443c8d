import { CommanderError } from 'commander';
import { harmless } from '../terminal/format.js';

const exitCodes = { failure: 1, usage: 2 } as const;

/** ResNetError's codes that say that the command was written wrong. */
const usageCodes: readonly unknown[] = ['bad-option', 'unknown-name'];

/** 0 for help, 2 for wrong usage, 1 for every other failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  return isOurs(error) && usageCodes.includes(error.code) ? exitCodes.usage : exitCodes.failure;
}

/** Says on stderr what went wrong; where, only with RESNET_DEBUG=1. */
export function report(error: unknown): void {
  if (error instanceof CommanderError) return; // commander has said it
  const known = isOurs(error);
  const message = error instanceof Error ? error.message : String(error);
  const unexpected = `An unexpected error: ${message || 'without a message'}\nRESNET_DEBUG=1 shows where; please report it.`;
  const lines = (known ? message : unexpected).split('\n').map(harmless);
  process.stderr.write(`error: ${lines.join('\n')}\n`);
  if (process.env.RESNET_DEBUG === '1') console.error(error);
}

/** By name, so that this file need not load the packages that define the classes. */
function isOurs(error: unknown): error is Error & { code: unknown } {
  return error instanceof Error && ['ResNetError', 'BackendError'].includes(error.name);
}
