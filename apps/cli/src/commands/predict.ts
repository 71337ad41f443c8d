import { Command } from 'commander';
import type { PredictCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { addManyImagesOptions } from '../options/many-images-options.js';
import { given, integer } from '../options/parsers.js';
import { ttaOption } from '../options/tta-option.js';

const countOrAll = (text: string) => (text === 'all' ? Number.POSITIVE_INFINITY : integer(1)(text));

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Classify images.')
    .argument(
      '<model>',
      'run folder, or a file or folder of weights: of ResNet.js, PyTorch, timm, transformers, Keras, TensorFlow.js or ONNX',
      given,
    )
    .argument(
      '[images...]',
      'JPEG, PNG or WebP files, folders, zip or tar archives of them, or patterns such as "*.jpg"',
    )
    .option('--top <count>', 'number of classes for each image, or all', countOrAll, 3)
    .addOption(ttaOption())
    .option('--json', 'print the result as JSON, with the probabilities of all classes');
  addManyImagesOptions(command, { formats: '.csv or .jsonl' });
  return addNotes(command, {
    examples: [
      'resnet predict runs/signs photo.jpg other.png --top 3',
      'resnet predict resnet50-11ad3fa6.pth photo.jpg',
      'resnet predict timm:resnet50 photos/ --out answers.csv --on-error skip',
    ],
  }).action(async (model: string, images: string[], options: PredictCommandOptions) => {
    const { predict } = await import('../actions/predict.js');
    await predict(model, images, options);
  });
}
