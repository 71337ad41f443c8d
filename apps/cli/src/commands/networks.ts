import { Command } from 'commander';
import type { NetworksCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';

export function networksCommand(): Command {
  const command = new Command('networks')
    .description('List the networks, with their parameters and multiply-adds.')
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    notes: [
      "Names without a slash are torchvision's and timm's. The figures are for the image size and the number of classes that a network has by default; resnet summary gives them for others.",
      'Parameters are the trainable ones, as papers and PyTorch count them; with the running statistics of batch normalization, they are what Keras counts.',
    ],
    examples: ['resnet networks', 'resnet networks --json'],
  }).action(async (options: NetworksCommandOptions) => {
    const { networks } = await import('../actions/networks.js');
    await networks(options);
  });
}
