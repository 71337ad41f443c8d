import { ResNetError } from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import type { HuggingFaceName } from './hub-name.js';

/** How timm and transformers call a file of weights, and what they write beside it. */
const weightFiles = ['model.safetensors', 'pytorch_model.bin'] as const;
export const configFiles: readonly string[] = ['config.json', 'preprocessor_config.json'];

const weightEnding = /\.(safetensors|bin|pth|pt|th|h5|keras|onnx)$/;

/** Whether a file's name is one of weights. */
export function isWeightsName(file: string): boolean {
  return weightEnding.test(file);
}

/** Of the files of a repository, that with the weights. Throws `unknown-name` if there is none, or several, and `bad-file` for split ones. */
export function chooseFile({ text, file }: HuggingFaceName, files: readonly string[]): string {
  const known = files.filter(isWeightsName);
  if (file !== null) {
    if (files.includes(file)) return file;
    throw new ResNetError('unknown-name', `${text} is not there. ${listed(known)}`, { name: text, known });
  }
  const usual = weightFiles.find((each) => files.includes(each));
  if (usual !== undefined) return usual;
  const index = files.find((each) => /(safetensors|bin)\.index\.json$/.test(each));
  if (index !== undefined) {
    throw badFile(`${text} has its weights in several files (${index}), which ResNet.js does not read.`, {
      index,
    });
  }
  if (known.length === 1) return known[0] as string;
  const example = known[0] ?? 'FILE';
  throw new ResNetError(
    'unknown-name',
    `${text} has no model.safetensors and no pytorch_model.bin. ${listed(known)}${known.length > 0 ? ` Name one, ${text}/${example}.` : ''}`,
    { name: text, known },
  );
}

function listed(known: readonly string[]): string {
  if (known.length === 0) return 'No file there is one of weights.';
  return `Of weights there are ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}.`;
}
