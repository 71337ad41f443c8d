import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { WrittenFormat } from '@resnetjs/weights';
import { modelFileName } from '@resnetjs/weights/node';

/** Where weights are written, and as what. */
export interface ConvertTarget {
  readonly format: WrittenFormat;
  readonly path: string;
  /** Whether a folder was given, or is filled: with `model.safetensors`, or with TensorFlow.js's `model.json` and its shards. */
  readonly inFolder: boolean;
}

const endings: Readonly<Record<string, WrittenFormat>> = {
  '.safetensors': 'safetensors',
  '.pth': 'pytorch',
  '.pt': 'pytorch',
  '.bin': 'pytorch',
  '.th': 'pytorch',
  '.keras': 'keras',
  '.onnx': 'onnx',
  '.json': 'tfjs',
};

/** As which other software knows the first of a model's files. */
const tfjsName = 'model.json';

/** Keras finds out by its ending what a file is. */
const neededEndings: Readonly<Partial<Record<WrittenFormat, string>>> = {
  keras: '.keras',
  'keras-weights': '.weights.h5',
};

/** Where and as what weights are written that are to be in `out`. Throws `bad-option`. */
export function convertTarget(out: string, to?: WrittenFormat): ConvertTarget {
  const isThere = statSync(out, { throwIfNoEntry: false })?.isDirectory();
  const ending = extname(basename(out)).toLowerCase();
  const isFolder = isThere || /[/\\]$/.test(out) || (ending === '' && !existsSync(out));
  if (isFolder) {
    const format = to ?? 'resnetjs';
    if (format === 'resnetjs' || format === 'safetensors') {
      return { format, path: join(out, modelFileName), inFolder: true };
    }
    if (format === 'tfjs') return { format, path: join(out, tfjsName), inFolder: true };
    throw badOption(
      `${out} is a folder, and ${format} is a file. Give its name: ${join(out, `model${neededEndings[format] ?? endingOf(format)}`)}`,
    );
  }
  const isWeights = out.toLowerCase().endsWith('.weights.h5');
  const format = to ?? (isWeights ? 'keras-weights' : endings[ending]);
  if (format === undefined) {
    const legacy = ['.h5', '.hdf5'].includes(ending);
    throw badOption(
      legacy
        ? `${out}: Keras's legacy .h5 is read, but not written. End its name in .weights.h5 (load_weights), or in .keras (load_model).`
        : `${out}: no format has the ending ${ending}. End it in ${Object.keys(endings).join(', ')} or .weights.h5, in / for a folder, or say the format with --to.`,
    );
  }
  if (format === 'tfjs') {
    if (basename(out) === tfjsName) return { format, path: out, inFolder: true };
    throw badOption(
      `${out}: a model of TensorFlow.js is ${tfjsName} and the shards beside it. Give a folder for them: ${join(dirname(out), 'web_model/')}`,
    );
  }
  const needed = neededEndings[format];
  if (needed !== undefined && !out.toLowerCase().endsWith(needed)) {
    throw badOption(`${out}: Keras reads this format only from a file whose name ends in ${needed}.`);
  }
  return { format, path: out, inFolder: false };
}

const endingOf = (format: WrittenFormat) => Object.entries(endings).find(([, each]) => each === format)?.[0];

const badOption = (message: string) => new ResNetError('bad-option', message);
