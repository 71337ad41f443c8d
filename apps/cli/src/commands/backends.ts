import { Argument, Command } from 'commander';
import type { BackendsCommandOptions, InstallCommandOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';

export function backendsCommand(): Command {
  const command = new Command('backends')
    .description('List the backends: which can compute on this machine, and why the others cannot.')
    .option('--json', 'print the result as JSON')
    .addCommand(installCommand());
  return addNotes(command, { examples: ['resnet backends', 'resnet backends install node'] }).action(
    async (options: BackendsCommandOptions) => {
      const { backends } = await import('../actions/backends.js');
      await backends(options);
    },
  );
}

function installCommand(): Command {
  const command = new Command('install')
    .description('Install what a backend needs: native TensorFlow for node.')
    .addArgument(new Argument('<backend>', 'the backend').choices(['node']))
    .option('--force', 'install again, even if it is already there')
    .option('--json', 'print every event as a line of JSON; the last event is done');
  return addNotes(command, {
    notes: [
      "Native TensorFlow takes about 900 MB in your cache folder (set RESNETJS_CACHE for another one). It comes from tfjs-node's own downloads or, where those don't work, from TensorFlow's Python wheel (about 275 MB), which needs pip, make and a C++ compiler to build the addon.",
      'Ctrl-C removes what was made so far, but keeps partial downloads.',
    ],
    examples: ['resnet backends install node'],
  }).action(async (_backend: 'node', _options: unknown, command: Command) => {
    const { installNode } = await import('../actions/install-node.js');
    await installNode(command.optsWithGlobals<InstallCommandOptions>());
  });
}
