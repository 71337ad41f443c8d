import { Command } from 'commander';
import { backendOption } from '../options/backend-option.js';
import type { EvaluateCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { onErrorOption } from '../options/on-error-option.js';
import { given, integer } from '../options/parsers.js';
import { requireOptions } from '../options/require-options.js';
import { instructionsOption } from '../options/instructions-option.js';
import { threadsOption } from '../options/threads-option.js';
import { ttaOption } from '../options/tta-option.js';
import { addWeightsOptions } from '../options/weights-options.js';

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description(
      'Evaluate a model on images: loss, accuracy, top 5, calibration; recall, precision and F1 per class, confusion matrix.',
    )
    .argument(
      '<model>',
      'run folder, or a file or folder of weights: of ResNet.js, PyTorch, timm, transformers, Keras, TensorFlow.js or ONNX',
      given,
    )
    .option(
      '--data <source>',
      'images: synthetic:signs (its 600 test images), a SIGNS file (.h5), or a folder with one subfolder per class, or with these in test or val',
    )
    .option(
      '--best',
      "of a run folder, the model of the epoch with the best validation (default: the last epoch's)",
    )
    .option(
      '--mistakes <file>',
      'write a table (CSV) of the images that are classified wrongly, the surest first',
    )
    .addOption(onErrorOption())
    .option('--batch-size <count>', 'images per batch', integer(1, 65_536), 32)
    .addOption(ttaOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(instructionsOption())
    .option('--json', 'print the result as JSON');
  addWeightsOptions(command);
  return addNotes(command, {
    examples: [
      'resnet evaluate runs/signs --data test_signs.h5',
      'resnet evaluate resnet20-12fca82f.th --data cifar10/',
    ],
  }).action(async (model: string, options: EvaluateCommandOptions) => {
    requireOptions(command, ['data']);
    const { evaluate } = await import('../actions/evaluate.js');
    await evaluate(model, options);
  });
}
