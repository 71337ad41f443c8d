import { Command, Option } from 'commander';
import { positiveNumber, fractionOrZero, fraction, wholeNumber } from '../options/parsers.js';
import { backendOption } from '../options/backend-option.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { addNetworkOptions, networkNames } from '../options/network-options.js';
import { onErrorOption } from '../options/on-error-option.js';
import { requireOptions } from '../options/require-options.js';
import { threadsOption } from '../options/threads-option.js';

const help = `
Ctrl-C (or SIGTERM) ends the step, saves a checkpoint, writes the model as it is, and
exits with 130 (143); a second one quits at once. --resume goes on as if there had been
no pause; --epochs may be raised then, and --data and --validation may say where the
images are now. The best epoch's model is checkpoints/best.safetensors.

Examples:
  $ resnet train --network course/resnet50 --data train_signs.h5 --validation test_signs.h5 \\
      --epochs 20 --learning-rate 1.5e-4 --out runs/signs
  $ resnet train --network preact/resnet --data flowers/ --validation-split 0.2 \\
      --image-size 32 --epochs 5 --out runs/flowers
  $ resnet train --resume runs/signs`;

export function trainCommand(): Command {
  const command = new Command('train')
    .description('Train a network on images, and write it to a folder.')
    .option('--network <name>', networkNames.join(' or '))
    .option(
      '--data <source>',
      'synthetic:signs, a SIGNS file (.h5), or a folder with a folder for each class',
    )
    .option('--out <folder>', 'where model.safetensors and checkpoints go')
    .option('--resume <folder>', 'go on with the training in this folder; nothing else need be given');
  addImageOptions(command);
  addRecipeOptions(command);
  command
    .option('--seed <number>', 'decides first weights, order and split', wholeNumber(0), 0)
    .option(
      '--checkpoint-every <steps>',
      "save a checkpoint every so many steps, beside those at each epoch's end and at Ctrl-C (default: every 5 minutes)",
      wholeNumber(1),
    )
    .option('--keep <count>', 'checkpoints that stay, the newest ones', wholeNumber(1, 1000), 2)
    .addOption(backendOption())
    .addOption(threadsOption());
  return addNetworkOptions(command)
    .option('--json', 'print each event as a line of JSON; the last one is {"event":"done", …}')
    .addHelpText('after', help)
    .action(async (options: TrainCommandOptions) => {
      if (options.resume === undefined) requireOptions(command, ['network', 'data', 'out']);
      const { train, resume } = await import('../actions/train.js');
      await (options.resume === undefined ? train(options) : resume(options.resume, command));
    });
}

/** Which images, and what becomes of them. */
function addImageOptions(command: Command): void {
  command
    .option('--validation <source>', 'images to validate on after each epoch')
    .option(
      '--validation-split <share>',
      'validate on this share of the images, and train on the rest',
      fraction,
    )
    .option('--image-size <pixels>', 'height and width that images are brought to', wholeNumber(1, 4096))
    .addOption(
      new Option('--resize <filter>', 'how images are brought to that size, here and by the model')
        .choices(['bilinear', 'nearest', 'bicubic'])
        .default('bilinear'),
    )
    .addOption(
      new Option('--fit <kind>', 'other proportions: stretch them, or cut out the middle')
        .choices(['fill', 'crop'])
        .default('fill'),
    )
    .addOption(onErrorOption())
    .option('--images <count>', 'synthetic:signs: how many to train on', wholeNumber(2, 10_000_000));
}

/** How the weights are learned. */
function addRecipeOptions(command: Command): void {
  command
    .option('--epochs <count>', 'passes over the images', wholeNumber(1), 5)
    .option('--batch-size <count>', 'images in a step', wholeNumber(1, 65_536), 32)
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated').choices(['adam', 'sgd']).default('adam'),
    )
    .option(
      '--learning-rate <rate>',
      'size of a step (default: 0.001 for adam, 0.01 for sgd)',
      positiveNumber,
    )
    .option('--momentum <share>', 'sgd: share of the last step that goes on (default: 0.9)', fractionOrZero)
    .addOption(
      new Option(
        '--schedule <kind>',
        'how the learning rate goes: as it is, or down to nothing by half a cosine',
      )
        .choices(['constant', 'cosine'])
        .default('constant'),
    )
    .addOption(
      new Option(
        '--statistics <kind>',
        "normalization's statistics: taken anew over training images, or as kept in training",
      )
        .choices(['precise', 'running'])
        .default('precise'),
    );
}
