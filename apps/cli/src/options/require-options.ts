import type { Command } from 'commander';

/**
 * Ends a command some of whose options are missing, or empty, as an unset shell variable leaves them; names all of them.
 * Commander's own check would come before the one for misspelt options, and hide it.
 */
export function requireOptions(command: Command, names: readonly string[]): void {
  const missing = command.options.filter((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    return names.includes(option.attributeName()) && (value === undefined || value === '');
  });
  if (missing.length === 0) return;
  const flags = missing.map((option) => `'${option.flags}'`).join(', ');
  command.error(`error: required option${missing.length > 1 ? 's' : ''} ${flags} not specified`, {
    code: 'commander.missingMandatoryOptionValue',
  });
}
