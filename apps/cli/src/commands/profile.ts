import { Command, Option } from 'commander';
import { inputShape, wholeNumber } from '../options/parsers.js';
import type { ProfileCommandOptions } from '../options/command-options.js';
import { addNetworkOptions, networkNames } from '../options/network-options.js';

export function profileCommand(): Command {
  const command = new Command('profile')
    .description("Say where a network's time goes, by kind of layer, on Wasm.")
    .argument('<network>', networkNames.join(', '))
    .option('--input-shape <h,w,c>', 'size of an image', inputShape)
    .option('--classes <count>', 'number of classes', wholeNumber(1, 2 ** 20))
    .option('--batch-size <count>', 'images at a time', wholeNumber(1, 65_536), 32)
    .addOption(
      new Option('--mode <mode>', 'a forward pass, unfolded, or a whole step with Adam')
        .choices(['inference', 'training'])
        .default('training'),
    )
    .option('--rounds <count>', 'runs after a warm-up; the middle one is shown', wholeNumber(1, 1000), 5)
    .option(
      '--threads <count>',
      'threads that compute; results are the same (default: one a core, at most 8)',
      wholeNumber(1, 64),
    );
  return addNetworkOptions(command)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  $ resnet profile course/resnet50 --mode training --batch-size 32 --threads 1',
    )
    .action(async (network: string, options: ProfileCommandOptions) => {
      const { profile } = await import('../actions/profile.js');
      await profile(network, options);
    });
}
