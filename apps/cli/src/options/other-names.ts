import type { Command } from 'commander';

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

/** Lets a command answer an option's other name with its own, in place of the one that is spelt most alike. */
export function addOtherNames(command: Command): Command {
  return command.configureOutput({
    outputError(message, write) {
      const [, option = ''] = /unknown option '(--[^'=]+)/.exec(message) ?? [];
      const own = Object.hasOwn(otherNames, option) ? otherNames[option] : undefined;
      const isThere = command.options.some(({ long }) => long === own);
      const withoutGuess = message.replace(/\n\(Did you mean [^\n]*\)/, '');
      write(
        own !== undefined && isThere ? `${withoutGuess.trimEnd()}\n(${option} is ${own} here)\n` : message,
      );
    },
  });
}
