import { dialectNames } from '@resnetjs/core/network';
import type { OnnxLayout, WrittenFormat } from '@resnetjs/weights';
import { Command, Option } from 'commander';
import type { ConvertCommandOptions } from '../options/command-options.js';
import { addNotes, headings } from '../options/help.js';
import { given, integer } from '../options/parsers.js';
import { addWeightsOptions } from '../options/weights-options.js';

const formats = [
  'resnetjs',
  'safetensors',
  'pytorch',
  'keras',
  'keras-weights',
  'onnx',
  'tfjs',
] as const satisfies readonly WrittenFormat[];
const onnxLayouts = ['nchw', 'nhwc'] as const satisfies readonly OnnxLayout[];

export function convertCommand(): Command {
  const command = new Command('convert')
    .description(
      'Write weights in another format: of ResNet.js, PyTorch, timm, Keras, TensorFlow.js or ONNX.',
    )
    .argument('<in>', 'file or folder of weights that resnet inspect reads', given)
    .argument('<out>', 'file to write, or folder', given)
    .addOption(
      new Option(
        '--to <format>',
        "format (default: by OUT's ending: safetensors; .pth, .pt and .bin pytorch; .keras keras; .weights.h5 keras-weights; .onnx onnx; model.json tfjs; a folder resnetjs)",
      ).choices(formats),
    )
    .addOption(
      new Option(
        '--names <dialect>',
        "whose names tensors get (default: those of the network's source)",
      ).choices(dialectNames),
    )
    .addOption(
      new Option('--classes <none>', 'leave out the classifier: the network then ends in features').choices([
        'none',
      ]),
    )
    .option('--half', 'write values as halves, float16, and say what that costs');
  command
    .optionsGroup(headings.onnx)
    .option('--batch-size <count>', 'a fixed number of images per batch (default: any)', integer(1, 65_536))
    .addOption(
      new Option(
        '--layout <layout>',
        'the order of axes that images have: nchw, [batch, channels, height, width], or nhwc, [batch, height, width, channels] (default: nchw)',
      ).choices(onnxLayouts),
    )
    .option('--fold', 'fold normalizations into the convolutions before them, for inference only');
  addWeightsOptions(command);
  command.optionsGroup(headings.general).option('--json', 'print the result as JSON');
  return addNotes(command, {
    notes: [
      'An ONNX file takes images, preprocessed, as its input images, and gives logits, before a softmax, as its output logits (a network without a classifier: features). onnxruntime folds normalizations itself when it loads a file.',
      "A folder gets model.safetensors: with resnetjs one that describes itself, as a training's; with safetensors and a network of timm's also the config.json with which timm.create_model('local-dir:FOLDER', pretrained=True) takes it.",
      'With tfjs a folder gets model.json and the shards that it names, for tf.loadLayersModel.',
    ],
    examples: [
      'resnet convert runs/signs signs.pth',
      'resnet convert resnet50-11ad3fa6.pth resnet50.keras',
      'resnet convert resnet50.h5 models/resnet50/',
      'resnet convert runs/signs signs.onnx',
      'resnet convert resnet50.pth web_model/ --to tfjs',
    ],
  }).action(async (from: string, to: string, options: ConvertCommandOptions) => {
    const { convert } = await import('../actions/convert.js');
    await convert(from, to, options);
  });
}
