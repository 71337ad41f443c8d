import { Command } from 'commander';
import { inputShape, wholeNumber } from '../options/parsers.js';
import type { SummaryCommandOptions } from '../options/command-options.js';
import { addNetworkOptions, networkNames } from '../options/network-options.js';

export function summaryCommand(): Command {
  const command = new Command('summary')
    .description("Print a network's layers, shapes, parameters and multiply-adds.")
    .argument('<network>', `${networkNames.join(', ')}, or a model's file or run folder`)
    .option('--input-shape <h,w,c>', 'size of an image', inputShape)
    .option('--classes <count>', 'number of classes', wholeNumber(1, 2 ** 20));
  return addNetworkOptions(command)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ resnet summary course/resnet50 --input-shape 64,64,3 --classes 6')
    .action(async (network: string, options: SummaryCommandOptions) => {
      const { summary } = await import('../actions/summary.js');
      await summary(network, options, command.getOptionValueSource('initializers') === 'cli');
    });
}
