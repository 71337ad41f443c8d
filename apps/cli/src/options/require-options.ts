import type { Command } from 'commander';

/** Ends a command that lacks an option, or has it empty, as an unset variable of the shell leaves it. Commander's own check comes before that for misspelt ones, and hides it. */
export function requireOptions(command: Command, names: readonly string[]): void {
  for (const name of names) {
    const option = command.options.find((each) => each.attributeName() === name);
    const value: unknown = command.getOptionValue(name);
    if (option && (value === undefined || value === '')) {
      command.error(`error: required option '${option.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
  }
}
