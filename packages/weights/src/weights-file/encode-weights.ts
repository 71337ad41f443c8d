import { type Classifier, type DialectName, dialectOf, ResNetError } from '@resnetjs/core';
import { encodePytorch } from '../containers/pytorch/encode-pytorch.js';
import { encodeSafetensors } from '../containers/safetensors.js';
import { classifierParts } from '../model-file/encode-classifier.js';
import { frameworkOf } from '../recognition/tensor-layout.js';
import { valuesOf } from '../variable-values.js';
import { type HalfLoss, tensorsToWrite } from './tensors-to-write.js';
import type { OpenedWeights } from './weights-model.js';

/** The formats that are written. */
export const writtenFormats = ['resnetjs', 'safetensors', 'pytorch'] as const;

/** One of `writtenFormats`. */
export type WrittenFormat = (typeof writtenFormats)[number];

/** A network with values to be written: an opened file, or a classifier by `weightsOf`. */
export type WeightsToWrite = Pick<
  OpenedWeights,
  'network' | 'classes' | 'preprocessing' | 'training' | 'read'
>;

/** Options of `encodeWeights`. */
export interface EncodeWeightsOptions {
  readonly to: WrittenFormat;
  /**
   * Whose names tensors get in safetensors and PyTorch's files. Default: those of the network's source; torchvision's for a
   * network whose source is not in PyTorch.
   */
  readonly dialect?: DialectName;
  /** Whether values are written as halves, float16. Default: false. */
  readonly half?: boolean;
}

/** A file of weights as it is written. */
export interface EncodedWeights {
  /** Its bytes, one tensor at a time. */
  readonly parts: AsyncIterable<Uint8Array>;
  /** Whose names its tensors have. */
  readonly dialect: DialectName;
  /** What halves lose, complete when all parts are read; null without halves. */
  readonly loss: Readonly<HalfLoss> | null;
}

/**
 * A network and its values in a format of ours or of others. Values are the same to the bit, unless they are written as halves.
 * Throws `bad-option` for what a format can't hold.
 *
 * @example
 * ```ts
 * const { parts } = encodeWeights(await openWeights(bytes), { to: 'pytorch' });
 * await writeFile('resnet50.pth', parts); // of node:fs/promises
 * ```
 */
export function encodeWeights(weights: WeightsToWrite, options: EncodeWeightsOptions): EncodedWeights {
  const { to, half = false } = options;
  if (to === 'resnetjs') {
    if (half)
      throw badOption('Model files of ResNet.js hold float32: leave half out, or choose another format.');
    if (options.dialect !== undefined && options.dialect !== 'sites') {
      throw badOption(
        `Model files of ResNet.js name tensors by their sites, not in the names of ${options.dialect}.`,
      );
    }
    return {
      parts: classifierParts(classifierOf(weights), weights.read).parts,
      dialect: 'sites',
      loss: null,
    };
  }
  const dialect = options.dialect ?? torchDialectOf(weights.network.name);
  const loss = half ? { relative: 0, infinite: 0, small: 0 } : null;
  const tensors = tensorsToWrite(weights.network, weights.read, { dialect, half: loss ?? undefined });
  const parts = to === 'pytorch' ? encodePytorch(tensors) : encodeSafetensors(tensors, { format: 'pt' });
  return { parts, dialect, loss };
}

/** A classifier as weights to be written. */
export function weightsOf(classifier: Classifier & Partial<Pick<OpenedWeights, 'training'>>): WeightsToWrite {
  const { network, classes, preprocessing, variables, training = null } = classifier;
  const tensors = { ...Object.fromEntries(variables.weights), ...Object.fromEntries(variables.statistics) };
  return {
    network,
    classes,
    preprocessing,
    training,
    read: (parameter) => valuesOf(network.name, parameter, tensors[parameter.id]),
  };
}

/** Names for PyTorch: those of the network's source, if it is one in PyTorch. */
function torchDialectOf(network: string): DialectName {
  const own = dialectOf(network);
  return frameworkOf(own) === 'PyTorch' ? own : 'torchvision';
}

function classifierOf(weights: WeightsToWrite) {
  const { classes } = weights;
  if (classes !== null) return { ...weights, classes };
  throw badOption(
    `${weights.network.name} ends before a classifier, and a model file of ResNet.js holds a classifier: choose another format.`,
  );
}

const badOption = (message: string) => new ResNetError('bad-option', message);
