import { Command } from 'commander';
import type { MergeCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { given } from '../options/parsers.js';

export function mergeCommand(): Command {
  const command = new Command('merge')
    .description(
      'Join what the shards of resnet predict or resnet embed have written, after proving that it is whole.',
    )
    .argument('<out>', 'the file to write: what --out was', given)
    .argument('[shards...]', "the shards' files (default: those beside it that --shard wrote)")
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    notes: [
      'The manifests of the shards have to agree in images, weights, options, preprocessing, backend, instructions and version; each file has to be as it was written, and each image there once.',
    ],
    examples: ['resnet merge answers.csv', 'resnet merge answers.csv node-*/answers.csv.shard-*'],
  }).action(async (out: string, shards: string[], options: MergeCommandOptions) => {
    const { merge } = await import('../actions/merge.js');
    await merge(out, shards, options);
  });
}
