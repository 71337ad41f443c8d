import type { Command } from 'commander';
import { similarNames } from './similar-names.js';

/** Options under the names that they have in PyTorch's, timm's and Keras's scripts, or had here before. */
const otherNames: Readonly<Record<string, string>> = {
  '--arch': '--network',
  '--batch': '--batch-size',
  '--bs': '--batch-size',
  '--data-dir': '--data',
  '--data-path': '--data',
  '--device': '--backend',
  '--hardware': '--gpu',
  '--img-size': '--image-size',
  '--imgsz': '--image-size',
  '--initializers': '--initialization',
  '--lr': '--learning-rate',
  '--lr-scheduler': '--schedule',
  '--model': '--network',
  '--names': '--layer-names',
  '--num-classes': '--classes',
  '--opt': '--optimizer',
  '--output': '--out',
  '--output-dir': '--out',
  '--pictures': '--images',
  '--report': '--html',
  '--resize': '--interpolation',
  '--sched': '--schedule',
  '--stages': '--blocks',
  '--statistics': '--bn-statistics',
  '--topk': '--top',
  '--val-split': '--validation-split',
  '--workers': '--threads',
};

/** Lets a command answer an unknown option or command with its own name for it, or with those that are spelt almost alike. */
export function addOtherNames(command: Command): Command {
  return command.configureOutput({
    outputError(message, write) {
      const [, option = ''] = /unknown option '(--[^'=]+)/.exec(message) ?? [];
      const own = Object.hasOwn(otherNames, option) ? otherNames[option] : undefined;
      const options = command.options.flatMap(({ long }) => long ?? []);
      const hint =
        own !== undefined && options.includes(own)
          ? `(${option} is ${own} here)\n`
          : didYouMean(option, [...options, '--help'], '--');
      write(message + (hint || unknownCommand(message, command)));
    },
  });
}

/** What commands there are, for one that isn't; to commander, that of a command which has an action too is an argument. */
function unknownCommand(message: string, { commands, args }: Command): string {
  const isOne = /unknown command|too many arguments/.test(message) && commands.length > 0;
  const [name = ''] = isOne ? args : [];
  const known = [...commands.map((each) => each.name()), 'help'];
  return name && (didYouMean(name, known) || `(Commands: ${known.join(', ')})\n`);
}

function didYouMean(name: string, known: readonly string[], prefix = ''): string {
  const near = name.length > prefix.length ? similarNames(name, known) : [];
  return near.length > 0 ? `(Did you mean ${near.join(' or ')}?)\n` : '';
}
