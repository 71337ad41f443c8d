import { Command, Option } from 'commander';
import { nameList } from '../options/parsers.js';
import type { ParityCommandOptions } from '../options/command-options.js';
import { threadsOption } from '../options/threads-option.js';

export function parityCommand(): Command {
  return new Command('parity')
    .description('Prove that backends compute what they should: each against float64, here, on this machine.')
    .option('--backends <names>', 'wasm, node, webgl, cpu (default: all that can run here)', nameList)
    .addOption(
      new Option(
        '--level <level>',
        'quick: a minute or so, some more for webgl without a GPU; full: also every shape of ResNet-50, whole, and trained',
      )
        .choices(['quick', 'full'])
        .default('quick'),
    )
    .option('--only <text>', 'the cases whose names have this in them')
    .option('--report <file>', 'write the matrix as one HTML file')
    .option('--markdown <file>', 'write it as Markdown')
    .option(
      '--browser <path>',
      'the browser for webgl (default: Chromium, Chrome or Edge, where there is one)',
    )
    .option('--hardware', "webgl on this machine's GPU (default: in software, alike on all machines)")
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
A backend is judged by its distance to a float64 computation, never to another backend.
Exit codes: 0 if all that ran agrees, 1 if something departs or breaks off, or a
backend that was named, or --browser, can't run.

Examples:
  $ resnet parity
  $ resnet parity --backends wasm,webgl --level full --report parity.html`,
    )
    .action(async (options: ParityCommandOptions) => {
      const { parity } = await import('../actions/parity.js');
      await parity(options);
    });
}
