import { Command, Option } from 'commander';
import type { ProfileCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { addNetworkOptions, addShapeOptions } from '../options/network-options.js';
import { given, integer } from '../options/parsers.js';
import { instructionsOption } from '../options/instructions-option.js';
import { threadsOption } from '../options/threads-option.js';

export function profileCommand(): Command {
  const command = new Command('profile')
    .description('Measure where the time of a network goes on the wasm backend, by kind of layer.')
    .argument('<network>', 'network (see resnet networks)', given)
    .optionsGroup(headings.measurement)
    .addOption(
      new Option(
        '--mode <name>',
        'a whole training step with Adam, or inference, batch normalization not folded',
      )
        .choices(['inference', 'training'])
        .default('training'),
    )
    .option('--batch-size <count>', 'images per batch', integer(1, 65_536), 32)
    .option('--rounds <count>', 'timed runs after a warm-up; the median is shown', integer(1, 1000), 5);
  addShapeOptions(command);
  addNetworkOptions(command);
  command
    .optionsGroup(headings.device)
    .addOption(threadsOption())
    .addOption(instructionsOption())
    .optionsGroup(headings.general)
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    examples: ['resnet profile course/resnet50 --mode training --batch-size 32 --threads 1'],
  }).action(async (network: string, options: ProfileCommandOptions) => {
    const { profile } = await import('../actions/profile.js');
    await profile(network, options);
  });
}
