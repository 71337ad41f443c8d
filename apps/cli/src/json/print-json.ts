import type { Failure, Output, OutputName } from './outputs.js';

/** Prints what a command has to say with --json, as a line on stdout. */
export function printJson<Name extends OutputName>(_command: Name, output: Output<Name>): void {
  print(output);
}

export function printFailure(failure: Failure): void {
  print(failure);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
