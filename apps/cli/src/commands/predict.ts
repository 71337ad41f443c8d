import { Command } from 'commander';
import { wholeNumber } from '../options/parsers.js';
import { backendOption } from '../options/backend-option.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { threadsOption } from '../options/threads-option.js';

export function predictCommand(): Command {
  return new Command('predict')
    .description('Name what images show.')
    .argument('<model>', "a model's file or run folder")
    .argument('<images...>', 'JPEG, PNG or WebP files')
    .option('--top <count>', 'classes to print for each image', wholeNumber(1), 3)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ resnet predict runs/signs photo.jpg other.png --top 3')
    .action(async (model: string, images: string[], options: PredictCommandOptions) => {
      const { predict } = await import('../actions/predict.js');
      await predict(model, images, options);
    });
}
