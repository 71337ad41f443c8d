import { Command } from 'commander';
import type { InspectCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { given } from '../options/parsers.js';
import { addWeightsOptions } from '../options/weights-options.js';

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Say what is in a file of weights: format, network, classes, preprocessing, and what else.')
    .argument(
      '<file>',
      'file or folder of weights, of ResNet.js, PyTorch, timm, transformers, Keras, TensorFlow.js or ONNX; or a checkpoint',
      given,
    )
    .option('--tensors', 'list every tensor: name, type of values, shape');
  addWeightsOptions(command);
  command.optionsGroup(headings.general).option('--json', 'print everything as JSON');
  return addNotes(command, {
    examples: ['resnet inspect resnet50-11ad3fa6.pth', 'resnet inspect model.keras --tensors'],
  }).action(async (file: string, options: InspectCommandOptions) => {
    const { inspect } = await import('../actions/inspect.js');
    await inspect(file, options);
  });
}
