import { Command, Option } from 'commander';
import { inputShape, wholeNumber, wholeNumbers } from '../options/parsers.js';
import { blockNames } from '../options/block-options.js';
import type { DrawCommandOptions } from '../options/command-options.js';
import { addNetworkOptions, networkNames } from '../options/network-options.js';

export function drawCommand(): Command {
  const command = new Command('draw')
    .description('Draw a network or a block as an SVG image.')
    .argument(
      '<network-or-block>',
      `${networkNames.join(', ')}, a model's file or run folder, or a block: ${blockNames.join(', ')}`,
    )
    .option('--out <file.svg>', 'where to; without it the image goes to standard output, for a pipe')
    .addOption(
      new Option(
        '--detail <level>',
        'of a network: blocks closed, or every layer (default: "blocks")',
      ).choices(['blocks', 'layers']),
    )
    .option('--input-shape <h,w,c>', 'size of what it takes', inputShape)
    .option('--classes <count>', 'number of classes', wholeNumber(1, 2 ** 20))
    .option(
      '--kernel-size <pixels>',
      'of a block: side of the k×k convolution (default: 3)',
      wholeNumber(1, 1000),
    )
    .option('--filters <counts>', 'of a block: filters of its convolutions, such as 64,64,256', wholeNumbers)
    .option('--stride <pixels>', 'of a block: stride of its first convolution', wholeNumber(1, 1000))
    .addOption(
      new Option('--shortcut <kind>', 'of a block: what is added to its branch').choices([
        'identity',
        'projection',
        'none',
      ]),
    )
    .option('--width <pixels>', 'the widest row (default: 1060, for paper)', wholeNumber(1, 1_000_000))
    .addOption(
      new Option('--theme <theme>', 'colors: as the reader prefers, or always one')
        .choices(['auto', 'light', 'dark'])
        .default('auto'),
    );
  return addNetworkOptions(command)
    .option('--json', "print the drawing's data as one JSON document")
    .addHelpText(
      'after',
      '\nExamples:\n  $ resnet draw course/resnet50 --out resnet50.svg\n' +
        '  $ resnet draw bottleneck --filters 64,64,256 --shortcut projection --out block.svg',
    )
    .action(async (name: string, options: DrawCommandOptions) => {
      const { draw } = await import('../actions/draw.js');
      await draw(name, options, command.getOptionValueSource('initializers') === 'cli');
    });
}
