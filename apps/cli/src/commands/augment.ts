import { Command } from 'commander';
import type { AugmentCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { imageSize } from '../options/image-size.js';
import { given, integer } from '../options/parsers.js';
import { addAugmentationOptions } from '../options/recipe-options.js';
import { requireOptions } from '../options/require-options.js';

export function augmentCommand(): Command {
  const command = new Command('augment')
    .description('Show images as a training with augmentation sees them, on a sheet.')
    .argument(
      '<data>',
      'images: synthetic:signs, a SIGNS file (.h5), or a folder with one subfolder per class',
      given,
    )
    .option('--out <path>', 'PNG file to write')
    .option('--count <images>', 'images to show, a row for each', integer(1, 50), 8)
    .option(
      '--image-size <pixels>',
      "size to resize images to, such as 64, or height x width, 48x64 (default: a SIGNS file's own; otherwise 64)",
      imageSize(512),
    )
    .option('--seed <number>', 'seed of all that is random', integer(0), 0)
    .option('--epoch <number>', 'the first of the eight epochs that are shown', integer(1, 1_000_000), 1);
  addAugmentationOptions(command, 'see below');
  command.optionsGroup(headings.general).option('--json', 'print what is on the sheet as JSON');
  return addNotes(command, {
    notes: [
      'The first column has the images as they are, the others have them as they are in one epoch after the other, to the pixel as in a training with this seed on all of these images; what an image is mixed with depends on the batch, so that mixup and cutmix are examples.',
      'Augmentations are names separated by commas, each with a strength: crop=0.5 (the share of the area that may be cut away), translate=0.1 (of height and width), flip, flip=vertical or flip=0.5 (probability), rotate=15 and shear=10 (degrees), color=0.4 (brightness, contrast and saturation; hue a quarter of that), gray=0.1 (probability), blur=1 (pixels), erase=0.3 (share of the area), randAugment=9 (magnitude, 0 to 30), trivialAugment.',
      'Or with settings, where ranges have two dots: crop=AREA:RATIO as in crop=0.5..1:0.8..1.25, flip=AXIS:PROBABILITY, color=0.4:0.4:0.4:0.1 in the order above, blur=SIGMA:PROBABILITY, erase=AREA:RATIO:PROBABILITY, randAugment=MAGNITUDE:OPERATIONS.',
    ],
    examples: [
      'resnet augment flowers/ --augment flip,crop=0.5,gray --out sheet.png',
      'resnet augment synthetic:signs --augment trivialAugment --mixup 0.2 --epoch 5 --out sheet.png',
    ],
  }).action(async (data: string, options: AugmentCommandOptions) => {
    requireOptions(command, ['out']);
    const { augment } = await import('../actions/augment.js');
    await augment(data, options);
  });
}
