import { Argument, Command } from 'commander';
import type { BackendsCommandOptions, InstallCommandOptions } from '../options/command-options.js';

export function backendsCommand(): Command {
  return new Command('backends')
    .description('Say what can compute on this machine, and what cannot and why.')
    .option('--json', 'print one JSON document')
    .addCommand(installCommand())
    .addHelpText('after', '\nExamples:\n  $ resnet backends\n  $ resnet backends install node')
    .action(async (options: BackendsCommandOptions) => {
      const { backends } = await import('../actions/backends.js');
      await backends(options);
    });
}

function installCommand(): Command {
  return new Command('install')
    .description('Install what a backend needs; `node` needs native TensorFlow.')
    .addArgument(new Argument('<backend>', 'what computes').choices(['node']))
    .option('--force', 'install it anew where it is there already')
    .option('--json', 'print each event as a line of JSON; the last one is {"event":"done", …}')
    .addHelpText(
      'after',
      `
Native TensorFlow goes into your cache folder (RESNETJS_CACHE names another), about
900 MB: from tfjs-node's own downloads, or else from TensorFlow's Python wheel (about
275 MB) with pip, for which a C++ compiler and make build the addon.
Ctrl-C removes what was made so far; the part of a download that has come stays.

Example:
  $ resnet backends install node`,
    )
    .action(async (_backend: 'node', _options: unknown, command: Command) => {
      const { installNode } = await import('../actions/install-node.js');
      await installNode(command.optsWithGlobals<InstallCommandOptions>());
    });
}
