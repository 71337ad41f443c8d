import { createRequire } from 'node:module';
import { Command } from 'commander';
import { augmentCommand } from './commands/augment.js';
import { backendsCommand } from './commands/backends.js';
import { benchCommand } from './commands/bench.js';
import { convertCommand } from './commands/convert.js';
import { drawCommand } from './commands/draw.js';
import { embedCommand } from './commands/embed.js';
import { evaluateCommand } from './commands/evaluate.js';
import { hubCommand } from './commands/hub.js';
import { inspectCommand } from './commands/inspect.js';
import { mergeCommand } from './commands/merge.js';
import { networksCommand } from './commands/networks.js';
import { parityCommand } from './commands/parity.js';
import { predictCommand } from './commands/predict.js';
import { profileCommand } from './commands/profile.js';
import { summaryCommand } from './commands/summary.js';
import { trainCommand } from './commands/train.js';
import { addNotes, helpLayout } from './options/help.js';
import { addOtherNames } from './options/other-names.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The whole command line. Wrong usage throws a CommanderError, after its message was printed to stderr. */
export function createProgram(): Command {
  const program = new Command('resnet')
    .description('Build, train, evaluate and use residual networks.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('(see --help)')
    .showSuggestionAfterError(false)
    .configureHelp(helpLayout)
    .exitOverride();
  addOtherNames(program);
  addNotes(program, {
    notes: [
      "resnet networks lists the networks. course/resnet50 and preact/resnet are those of the documents that this project began with: the course's ResNet-50 for SIGNS, photographs of hand signs from 0 to 5, and a small pre-activation network. synthetic:signs are generated hand signs.",
      'Exit codes: 0 success, 1 failure, 2 wrong usage, 128 plus the signal if one stopped it (Ctrl-C: 130).',
    ],
    examples: [
      'resnet train --network preact/resnet --data synthetic:signs --out runs/first',
      'resnet evaluate runs/first --data synthetic:signs',
    ],
  });
  for (const command of [
    networksCommand(),
    hubCommand(),
    summaryCommand(),
    drawCommand(),
    augmentCommand(),
    trainCommand(),
    evaluateCommand(),
    predictCommand(),
    embedCommand(),
    mergeCommand(),
    inspectCommand(),
    convertCommand(),
    profileCommand(),
    benchCommand(),
    backendsCommand(),
    parityCommand(),
  ]) {
    program.addCommand(command);
    for (const each of [command, ...command.commands])
      addOtherNames(each.copyInheritedSettings(program)).helpOption('-h, --help', 'show this help');
  }
  return program;
}
