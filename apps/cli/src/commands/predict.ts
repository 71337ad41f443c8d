import { Command } from 'commander';
import { backendOption } from '../options/backend-option.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { given, integer } from '../options/parsers.js';
import { threadsOption } from '../options/threads-option.js';

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Classify images.')
    .argument('<model>', 'model file or run folder', given)
    .argument('<images...>', 'JPEG, PNG or WebP files')
    .option(
      '--best',
      "of a run folder, the model of the epoch with the best validation (default: the last epoch's)",
    )
    .option('--top <count>', 'number of classes to print for each image', integer(1), 3)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print the result as JSON');
  return addNotes(command, { examples: ['resnet predict runs/signs photo.jpg other.png --top 3'] }).action(
    async (model: string, images: string[], options: PredictCommandOptions) => {
      const { predict } = await import('../actions/predict.js');
      await predict(model, images, options);
    },
  );
}
