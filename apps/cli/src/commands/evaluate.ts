import { Command } from 'commander';
import { wholeNumber } from '../options/parsers.js';
import { backendOption } from '../options/backend-option.js';
import type { EvaluateCommandOptions } from '../options/command-options.js';
import { onErrorOption } from '../options/on-error-option.js';
import { requireOptions } from '../options/require-options.js';
import { threadsOption } from '../options/threads-option.js';

export function evaluateCommand(): Command {
  const command = new Command('evaluate');
  return command
    .description('Judge a model on images: loss, accuracy, each class, and what is mistaken for what.')
    .argument('<model>', "a model's file or run folder")
    .option(
      '--data <source>',
      'synthetic:signs (its held-out images), a SIGNS file (.h5), or a folder with a folder for each class',
    )
    .addOption(onErrorOption())
    .option('--batch-size <count>', 'images at a time', wholeNumber(1, 65_536), 32)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ resnet evaluate runs/signs --data test_signs.h5')
    .action(async (model: string, options: EvaluateCommandOptions) => {
      requireOptions(command, ['data']);
      const { evaluate } = await import('../actions/evaluate.js');
      await evaluate(model, options);
    });
}
