import { dialectNames } from '@resnetjs/core/network';
import { Command, Option } from 'commander';
import type { SummaryCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { addNetworkOptions, addShapeOptions } from '../options/network-options.js';
import { given } from '../options/parsers.js';
import { addStructureOptions } from '../options/weights-options.js';

export function summaryCommand(): Command {
  const command = new Command('summary')
    .description("Print a network's layers, shapes, parameters and multiply-adds.")
    .argument('<network>', 'network (see resnet networks), file of weights, or run folder', given);
  addShapeOptions(command);
  addNetworkOptions(command);
  addStructureOptions(command);
  command
    .optionsGroup(headings.general)
    .addOption(
      new Option(
        '--layer-names <dialect>',
        "layer names: the course's, the pre-activation document's, torchvision's, timm's, Keras Applications', those of PyTorch's networks for CIFAR, Keras's automatic ones, or those of tensors in our files (default: the network's own)",
      ).choices(dialectNames),
    )
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    examples: ['resnet summary resnet50 --classes 6', 'resnet summary course/resnet50 --layer-names keras'],
  }).action(async (network: string, options: SummaryCommandOptions) => {
    const { summary } = await import('../actions/summary.js');
    await summary(network, options);
  });
}
