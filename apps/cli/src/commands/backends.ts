import { Command } from 'commander';
import type { BackendsCommandOptions } from '../command-options.js';

export function backendsCommand(): Command {
  return new Command('backends')
    .description('Say what can compute on this machine, and what cannot and why.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ resnet backends')
    .action(async (options: BackendsCommandOptions) => {
      const { backends } = await import('../actions/backends.js');
      await backends(options);
    });
}
