import { Command, Option } from 'commander';
import type { ParityCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { nameList } from '../options/parsers.js';
import { instructionsOption } from '../options/instructions-option.js';
import { threadsOption } from '../options/threads-option.js';

export function parityCommand(): Command {
  const command = new Command('parity')
    .description(
      "Check the backends' numbers on this machine, each against a float64 computation and never against another backend.",
    )
    .option(
      '--backends <names>',
      'backends to check: wasm, node, webgl, cpu (default: all available)',
      nameList,
    )
    .addOption(
      new Option(
        '--level <name>',
        'quick takes about a minute, longer for webgl without a GPU; full adds every layer shape of ResNet-50, whole networks and their training',
      )
        .choices(['quick', 'full'])
        .default('quick'),
    )
    .option('--only <text>', 'only the cases whose names contain this text')
    .option('--html <path>', 'write the results to an HTML file')
    .option('--markdown <path>', 'write the results to a Markdown file')
    .option('--browser <path>', 'browser for webgl (default: an installed Chromium, Chrome or Edge)')
    .option(
      '--gpu',
      "run webgl on this machine's GPU (default: software rendering, the same on all machines)",
    )
    .addOption(threadsOption())
    .addOption(instructionsOption())
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    notes: [
      "Exit codes: 0 if every backend that ran agrees; 1 if one differs or breaks off, or if a backend that was asked for (or the --browser) can't run.",
    ],
    examples: ['resnet parity', 'resnet parity --backends wasm,webgl --level full --html parity.html'],
  }).action(async (options: ParityCommandOptions) => {
    const { parity } = await import('../actions/parity.js');
    await parity(options);
  });
}
