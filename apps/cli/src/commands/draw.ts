import { Command, Option } from 'commander';
import { blockNames } from '../options/block-options.js';
import type { DrawCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { addNetworkOptions, addShapeOptions } from '../options/network-options.js';
import { given, integer, integerList } from '../options/parsers.js';
import { addStructureOptions } from '../options/weights-options.js';

export function drawCommand(): Command {
  const command = new Command('draw')
    .description('Draw a network or a block as an SVG image.')
    .argument(
      '<network-or-block>',
      `network (see resnet networks), file of weights, run folder, or a block: ${blockNames.join(', ')}`,
      given,
    )
    .optionsGroup(headings.drawing)
    .option('--out <path>', 'SVG file to write (default: standard output)')
    .addOption(
      new Option(
        '--detail <name>',
        'detail of a network: its blocks, or every layer in them (default: "blocks")',
      ).choices(['blocks', 'layers']),
    )
    .option('--width <pixels>', 'maximum width of a row (default: 1060, for paper)', integer(1, 1_000_000))
    .addOption(
      new Option('--theme <name>', "colors: the viewer's preference, or always light or dark")
        .choices(['auto', 'light', 'dark'])
        .default('auto'),
    );
  addShapeOptions(command, 'the input');
  addNetworkOptions(command);
  addBlockOptions(command);
  addStructureOptions(command);
  command.optionsGroup(headings.general).option('--json', "print the drawing's data as JSON");
  return addNotes(command, {
    examples: [
      'resnet draw resnet50 --out resnet50.svg',
      'resnet draw bottleneck --filters 64,64,256 --shortcut projection --out block.svg',
    ],
  }).action(async (name: string, options: DrawCommandOptions) => {
    const { draw } = await import('../actions/draw.js');
    await draw(name, options);
  });
}

function addBlockOptions(command: Command): void {
  command
    .optionsGroup(headings.block)
    .option('--kernel-size <pixels>', 'side of the k×k convolutions (default: 3)', integer(1, 1000))
    .option('--filters <counts>', 'filters of each convolution, such as 64,64,256', integerList)
    .option(
      '--stride <pixels>',
      'stride of the first convolution (default: 1; convolutional: 2)',
      integer(1, 1000),
    )
    .addOption(
      new Option('--shortcut <name>', 'shortcut (default: "identity")').choices([
        'identity',
        'projection',
        'none',
      ]),
    );
}
