import {
  type Classifier,
  type DialectName,
  dialectNames,
  dialectOf,
  type Parameter,
  parameters,
  ResNetError,
} from '@resnetjs/core';
import { encodeKerasArchive, encodeKerasWeights } from '../containers/keras/encode-keras.js';
import { encodeOnnx, type OnnxValue, opset } from '../containers/onnx/encode-onnx.js';
import { encodePytorch } from '../containers/pytorch/encode-pytorch.js';
import type { FileToWrite } from '../containers/container.js';
import { encodeSafetensors } from '../containers/safetensors.js';
import { encodeTfjs } from '../containers/tfjs/encode-tfjs.js';
import { type KerasConfig, kerasConfig } from '../graph/encode-keras-config.js';
import { onnxGraph, type OnnxOptions } from '../graph/encode-onnx-graph.js';
import { tfjsConfig, variableName } from '../graph/encode-tfjs-config.js';
import { classifierParts } from '../model-file/encode-classifier.js';
import { frameworkOf } from '../recognition/tensor-layout.js';
import { valuesOf } from '../variable-values.js';
import { writeNotes } from './file-notes.js';
import { type HalfLoss, tensorsToWrite, written } from './tensors-to-write.js';
import type { OpenedWeights } from './weights-model.js';

/** The formats that are written. */
export const writtenFormats = [
  'resnetjs',
  'safetensors',
  'pytorch',
  'keras',
  'keras-weights',
  'onnx',
  'tfjs',
] as const;

/** One of `writtenFormats`. */
export type WrittenFormat = (typeof writtenFormats)[number];

/** A network with values to be written: an opened file, or a classifier by `weightsOf`. */
export type WeightsToWrite = Pick<
  OpenedWeights,
  'network' | 'classes' | 'preprocessing' | 'training' | 'read'
>;

/** Options of `encodeWeights`; those of ONNX files are for `to: 'onnx'` alone. */
export interface EncodeWeightsOptions extends OnnxOptions {
  readonly to: WrittenFormat;
  /**
   * Whose names tensors or, in Keras's files, layers get. Default: those of the network's source; in safetensors and PyTorch's
   * files torchvision's for a network whose source is not in PyTorch.
   */
  readonly dialect?: DialectName;
  /** Whether values are written as halves, float16, with which an ONNX file computes in float32. Default: false. */
  readonly half?: boolean;
}

/** A file of weights as it is written. */
export interface EncodedWeights {
  /** Its bytes, one tensor at a time. */
  readonly parts: AsyncIterable<Uint8Array>;
  /** The files that belong beside it, to be written before it, in their order: the shards of `tfjs`; none otherwise. */
  readonly beside: readonly FileToWrite[];
  /** Whose names its tensors have. */
  readonly dialect: DialectName;
  /** What halves lose, complete when all parts are read; null without halves. */
  readonly loss: Readonly<HalfLoss> | null;
  /** What an ONNX file is like; null for other formats. */
  readonly onnx: OnnxFacts | null;
}

/** What an ONNX file is like. */
export interface OnnxFacts {
  /** The version of its operators. */
  readonly opset: number;
  /** `images`, float32; a size that is a word is any size. */
  readonly input: OnnxValue;
  /** `logits`, or `features` of a network without a classifier, float32. */
  readonly output: OnnxValue;
  /** How many normalizations are folded into convolutions. */
  readonly folded: number;
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
  return { beside: [], onnx: null, ...encoded(weights, options) };
}

type EncodedFile = Omit<EncodedWeights, 'beside' | 'onnx'> & Partial<EncodedWeights>;

function encoded(weights: WeightsToWrite, options: EncodeWeightsOptions): EncodedFile {
  const { network, read } = weights;
  const loss = options.half ? { relative: 0, infinite: 0, small: 0 } : null;
  const half = loss ?? undefined;
  if (options.to !== 'onnx') checkNotOnnx(options);
  switch (options.to) {
    case 'resnetjs':
      checkOwn(options);
      return { parts: classifierParts(classifierOf(weights), read).parts, dialect: 'sites', loss };
    case 'safetensors':
    case 'pytorch': {
      const dialect = options.dialect ?? torchDialectOf(network.name);
      checkTorch(options.to, dialect);
      const tensors = tensorsToWrite(network, read, { dialect, half });
      const isPytorch = options.to === 'pytorch';
      const parts = isPytorch
        ? encodePytorch(tensors)
        : encodeSafetensors(tensors, { format: 'pt', ...writeNotes(weights) });
      return { parts, dialect, loss };
    }
    case 'keras':
    case 'keras-weights': {
      const dialect = options.dialect ?? dialectOf(network.name);
      const { config, layers } = kerasLayers(weights, kerasConfig(network, namesOf(options)), half);
      const notes = writeNotes(weights);
      const metadata = { keras_version: kerasVersion, date_saved: dateSaved(), ...notes };
      const parts =
        options.to === 'keras'
          ? encodeKerasArchive({ config, metadata, layers })
          : encodeKerasWeights(layers, notes);
      return { parts, dialect, loss };
    }
    case 'onnx':
      return onnxOf(weights, options, loss);
    case 'tfjs': {
      const dialect = options.dialect ?? dialectOf(network.name);
      const model = kerasLayers(weights, tfjsConfig(network, namesOf(options)), half);
      return { ...encodeTfjs({ ...model, metadata: writeNotes(weights) }), dialect, loss };
    }
    default:
      return options.to satisfies never;
  }
}

/** Without a dialect layers keep the names that they have in their file. */
const namesOf = ({ dialect }: EncodeWeightsOptions) => (dialect === undefined ? {} : { dialect });

function onnxOf(
  weights: WeightsToWrite,
  { dialect, ...options }: EncodeWeightsOptions,
  loss: HalfLoss | null,
): EncodedFile {
  const { network } = weights;
  const graph = onnxGraph(network, weights.read, { ...options, dialect });
  const { nodes, parameters, constants, input, output, folded } = graph;
  const described = folded === 0 ? network : { ...network, name: `${network.name}-folded` };
  const tensors = parameters.map(({ name, shape, values }) => ({
    ...{ name, shape },
    ...written(values, loss ?? undefined),
  }));
  const parts = encodeOnnx({
    ...{ name: described.name, nodes, tensors: [...tensors, ...constants], input, output },
    metadata: writeNotes({ ...weights, network: described }),
  });
  const facts = { opset, input, output, folded };
  return { parts, dialect: dialect ?? dialectOf(network.name), loss, onnx: facts };
}

/** The version of Keras whose files ours are like. */
const kerasVersion = '3.15.1';

/** As Keras writes it: 2026-01-31@12:00:00. */
const dateSaved = () => new Date().toISOString().slice(0, 19).replace('T', '@');

/** The model's configuration, and its layers with their values. */
function kerasLayers(
  { network, read }: WeightsToWrite,
  { config, layers }: KerasConfig,
  half: HalfLoss | undefined,
) {
  const byId = new Map(parameters(network).map((parameter) => [parameter.id, parameter]));
  return {
    config,
    layers: layers.map(({ name, className, parameters: variables }) => ({
      name,
      className,
      variables: variables.map(({ id, role, shape }) => ({
        name: `${name}/${variableName(className, role)}`,
        shape,
        ...written(() => read(byId.get(id) as Parameter), half),
      })),
    })),
  };
}

/** A dialect implies a layout, and Keras's is read by nothing in these formats. */
function checkTorch(to: WrittenFormat, dialect: DialectName): void {
  if (frameworkOf(dialect) === 'PyTorch') return;
  const known = dialectNames.filter((name) => frameworkOf(name) === 'PyTorch');
  throw badOption(
    `${to} files have the names of a source in PyTorch, ${known.join(', ')}, not those of ${dialect}.`,
  );
}

function checkNotOnnx({ to, batchSize, layout, fold }: EncodeWeightsOptions): void {
  const given = Object.entries({ batchSize, layout, fold: fold || undefined }).find(
    ([, value]) => value !== undefined,
  );
  if (given !== undefined) throw badOption(`${given[0]} is an option of ONNX files; ${to} files have none.`);
}

function checkOwn({ dialect, half }: EncodeWeightsOptions): void {
  if (half)
    throw badOption('Model files of ResNet.js hold float32: leave half out, or choose another format.');
  if (dialect !== undefined && dialect !== 'sites') {
    throw badOption(`Model files of ResNet.js name tensors by their sites, not in the names of ${dialect}.`);
  }
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
