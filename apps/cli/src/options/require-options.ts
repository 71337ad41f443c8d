import type { Command } from 'commander';

/**
 * Ends a command whose option is missing, or empty, as an unset shell variable leaves it. Commander's own check would come
 * before the one for misspelt options, and hide it.
 */
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
