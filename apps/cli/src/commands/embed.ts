import { Command } from 'commander';
import type { EmbedCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { addManyImagesOptions } from '../options/many-images-options.js';
import { given } from '../options/parsers.js';
import { requireOptions } from '../options/require-options.js';

export function embedCommand(): Command {
  const command = new Command('embed')
    .description("Write images' features: what to search or cluster them by.")
    .argument('<model>', 'run folder, or a file or folder of weights, as resnet predict takes it', given)
    .argument(
      '[images...]',
      'JPEG, PNG or WebP files, folders, zip or tar archives of them, or patterns such as "*.jpg"',
    )
    .option(
      '--at <place>',
      "head: what the last layer takes; stage1, stage2, …: the mean over a stage's feature map",
      'head',
    )
    .option('--normalize', 'divide each vector by its length, so that a product of two is their cosine')
    .option('--json', 'print the result as JSON');
  addManyImagesOptions(command, {
    formats: '.npy, .safetensors or .jsonl, with the names of the images in .ids.json',
  });
  return addNotes(command, {
    examples: ['resnet embed timm:resnet50 photos/ --out vectors.npy --normalize --on-error skip'],
  }).action(
    async (model: string, images: string[], options: EmbedCommandOptions & { readonly out: string }) => {
      requireOptions(command, ['out']);
      const { embed } = await import('../actions/embed.js');
      await embed(model, images, options);
    },
  );
}
