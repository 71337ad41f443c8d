import { Command } from 'commander';
import { backendOption } from '../options/backend-option.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { given, integer } from '../options/parsers.js';
import { instructionsOption } from '../options/instructions-option.js';
import { threadsOption } from '../options/threads-option.js';
import { ttaOption } from '../options/tta-option.js';
import { addWeightsOptions } from '../options/weights-options.js';

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Classify images.')
    .argument(
      '<model>',
      'run folder, or a file or folder of weights: of ResNet.js, PyTorch, timm, transformers, Keras, TensorFlow.js or ONNX',
      given,
    )
    .argument('<images...>', 'JPEG, PNG or WebP files')
    .option(
      '--best',
      "of a run folder, the model of the epoch with the best validation (default: the last epoch's)",
    )
    .option('--top <count>', 'number of classes to print for each image', integer(1), 3)
    .addOption(ttaOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(instructionsOption())
    .option('--json', 'print the result as JSON');
  addWeightsOptions(command);
  return addNotes(command, {
    examples: [
      'resnet predict runs/signs photo.jpg other.png --top 3',
      'resnet predict resnet50-11ad3fa6.pth photo.jpg',
    ],
  }).action(async (model: string, images: string[], options: PredictCommandOptions) => {
    const { predict } = await import('../actions/predict.js');
    await predict(model, images, options);
  });
}
