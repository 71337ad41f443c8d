import { Command, Option } from 'commander';
import type { HubCommandOptions, HubFetchOptions, HubRemoveOptions } from '../options/command-options.js';
import { addNotes } from '../options/help.js';
import { given } from '../options/parsers.js';
import { offlineWords } from '../options/weights-options.js';

const notes = [
  'Every command that takes a file of weights takes a name as well: torchvision:resnet50 (the weights that torchvision takes by default) or torchvision:resnet50@IMAGENET1K_V1, keras:ResNet50V2, timm:resnet50.a1_in1k, and any repository on Hugging Face, hf:OWNER/REPO, with @REVISION and /FILE behind it if need be. What is not in the cache is downloaded then, from its official address.',
  'The cache is in your cache folder, or where RESNETJS_CACHE says. HF_TOKEN (or hf auth login) opens private repositories, HF_ENDPOINT and RESNETJS_MIRROR name mirrors, HTTPS_PROXY and NO_PROXY proxies; RESNETJS_OFFLINE=1 forbids downloads.',
];

export function hubCommand(): Command {
  const command = new Command('hub')
    .description('List published weights: names, sizes, accuracy, licences, and what is in the cache.')
    .argument('[network]', 'the weights of this network alone', given)
    .addOption(
      new Option('--source <name>', 'those of this source alone').choices(['torchvision', 'timm', 'keras']),
    )
    .option('--cached', 'those in the cache alone')
    .option('--json', 'print the result as JSON')
    .addCommand(fetchCommand())
    .addCommand(verifyCommand())
    .addCommand(removeCommand());
  return addNotes(command, {
    notes,
    examples: ['resnet hub resnet50', 'resnet hub --cached', 'resnet hub fetch torchvision:resnet50'],
  }).action(async (network: string | undefined, options: HubCommandOptions) => {
    const { hub } = await import('../actions/hub.js');
    await hub(network, options);
  });
}

function fetchCommand(): Command {
  const command = new Command('fetch')
    .description('Download weights into the cache, and print the path of each file.')
    .argument('<names...>', 'names of weights')
    .option('--offline', offlineWords)
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    examples: ['resnet hub fetch torchvision:resnet50 hf:timm/resnet18.a1_in1k'],
  }).action(async (names: string[], _options: unknown, command: Command) => {
    const { fetchNamed } = await import('../actions/hub-cache.js');
    await fetchNamed(names, command.optsWithGlobals<HubFetchOptions>());
  });
}

function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Compare what is in the cache with its checksums; exits with 1 if something is wrong.')
    .argument('[names...]', 'names of weights (default: all)')
    .option('--json', 'print the result as JSON');
  return addNotes(command, { examples: ['resnet hub verify'] }).action(
    async (names: string[], _options: unknown, command: Command) => {
      const { verifyNamed } = await import('../actions/hub-cache.js');
      await verifyNamed(names, command.optsWithGlobals<{ json?: true }>());
    },
  );
}

function removeCommand(): Command {
  const command = new Command('rm')
    .description('Remove weights from the cache, unfinished downloads as well.')
    .argument('[names...]', 'names of weights')
    .option('--all', 'remove everything')
    .option('--json', 'print the result as JSON');
  return addNotes(command, {
    examples: ['resnet hub rm torchvision:resnet50', 'resnet hub rm --all'],
  }).action(async (names: string[], _options: unknown, command: Command) => {
    const { removeNamed } = await import('../actions/hub-cache.js');
    await removeNamed(names, command.optsWithGlobals<HubRemoveOptions>());
  });
}
