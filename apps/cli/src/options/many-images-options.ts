import type { Command } from 'commander';
import { backendOption } from './backend-option.js';
import { instructionsOption } from './instructions-option.js';
import { onErrorOption } from './on-error-option.js';
import { integer } from './parsers.js';
import { threadsOption } from './threads-option.js';
import { addWeightsOptions } from './weights-options.js';

interface Files {
  /** What --out writes, such as `.csv or .jsonl`. */
  readonly formats: string;
}

/** Options of the commands that take any number of images. */
export function addManyImagesOptions(command: Command, { formats }: Files): void {
  command
    .option(
      '--list <file>',
      'a file with a path on each line, besides or instead of the arguments; - for standard input',
    )
    .option(
      '--out <file>',
      `write the answers to a file, ${formats}: kept as they come in FILE.partial, so that the same command goes on after any end`,
    )
    .option(
      '--shard <i/n>',
      'with --out: only a part of the images, 1/4 to 4/4, or auto for the task of a Slurm, Kubernetes or AWS Batch array; resnet merge joins them',
    )
    .option('--shards <n>', 'with --shard auto: how many, where the scheduler does not say', integer(1))
    .addOption(onErrorOption())
    .option('--batch-size <count>', 'images per batch; no result depends on it', integer(1, 65_536), 32)
    .option(
      '--best',
      "of a run folder, the model of the epoch with the best validation (default: the last epoch's)",
    )
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(instructionsOption());
  addWeightsOptions(command);
}
