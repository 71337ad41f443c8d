import type { Command } from 'commander';

/** Ends a command that lacks an option. Commander's own check comes before that for misspelt ones, and hides it. */
export function requireOptions(command: Command, names: readonly string[]): void {
  for (const name of names) {
    const option = command.options.find((each) => each.attributeName() === name);
    if (option && command.getOptionValue(name) === undefined) {
      command.error(`error: required option '${option.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
  }
}
