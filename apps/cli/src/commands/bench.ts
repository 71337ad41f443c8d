import { Command } from 'commander';
import { backendOption } from '../options/backend-option.js';
import type { BenchCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { instructionsOption } from '../options/instructions-option.js';
import { integer } from '../options/parsers.js';
import { threadsOption } from '../options/threads-option.js';

export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'Measure how fast this machine classifies and trains, on networks that are the same everywhere.',
    )
    .optionsGroup(headings.measurement)
    .option('--rounds <count>', 'timed runs after two to warm up; the median is shown', integer(1, 1000), 9)
    .optionsGroup(headings.device)
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(instructionsOption())
    .optionsGroup(headings.general)
    .option('--json', 'print the result as JSON, with every time, to compare with those of other machines');
  return addNotes(command, {
    notes: [
      'Weights and images are generated, and nothing is written or sent. The Prove room of the page measures the same in a browser.',
    ],
    examples: ['resnet bench', 'resnet bench --backend node --threads 1 --json > node.json'],
  }).action(async (options: BenchCommandOptions) => {
    const { bench } = await import('../actions/bench.js');
    await bench(options);
  });
}
