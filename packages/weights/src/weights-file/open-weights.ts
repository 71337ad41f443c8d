import {
  checkPreprocessing,
  type DialectName,
  dialectOf,
  type Network,
  outputShape,
  type ParameterId,
  type Preprocessing,
  ResNetError,
} from '@resnetjs/core';
import { type ByteSource, byteSource } from '../byte-source.js';
import { type PublishedWeights, publishedWeights } from '../pretrained/published-weights.js';
import { kerasNamings, torchNamings } from '../recognition/namings.js';
import { type Naming, recognize } from '../recognition/recognize.js';
import { assumedClasses, assumedPreprocessing } from './assumptions.js';
import { readConfigs } from './config-json.js';
import { readNotes } from './file-notes.js';
import { type OpenedContainer, openContainer } from './open-container.js';
import { openOwn } from './open-own.js';
import { publishedPreprocessing } from './published-file.js';
import {
  type ParameterTensor,
  parameterTensors,
  readerOfParameters,
  unusedTensors,
} from './parameter-tensors.js';
import type { OpenedWeights, Origin, WeightsOptions } from './weights-model.js';

/**
 * Opens a file of weights, whoever wrote it, and finds its network; the values of a parameter are read when they are asked
 * for, and no backend is needed. What a file doesn't say is taken from `options`, or assumed. Throws `bad-file` for what is no
 * file of weights, and for one that fits no network, and `bad-option` for options that don't fit the file.
 *
 * @example
 * ```ts
 * const { network, classes, preprocessingFrom } = await openWeights(bytes);
 * ```
 */
export async function openWeights(
  file: ByteSource | Uint8Array | Blob,
  options: WeightsOptions = {},
): Promise<OpenedWeights> {
  const source = 'read' in file ? file : byteSource(file);
  const published = options.published && publishedWeights[options.published];
  const { input, ...said } = readConfigs(options.configs ?? []);
  const opened = await openAny(source, { ...structureOf(published), ...(input && { input }), ...options });
  const isOwn = opened.container === 'resnetjs'; // it says all by itself
  const isAssumed = opened.preprocessingFrom === 'assumed';
  return {
    ...opened,
    ...(published && isAssumed
      ? replaced(opened.network, { preprocessing: published.preprocessing }, 'published')
      : {}),
    ...(published && opened.classesFrom === 'assumed' ? { classesFrom: 'published' as const } : {}), // ImageNet's, all of them
    ...(isOwn ? {} : replaced(opened.network, opened.classes ? said : withoutClasses(said), 'file')),
    ...replaced(opened.network, options, 'option'),
  };
}

function structureOf(published: PublishedWeights | undefined): Pick<WeightsOptions, 'network' | 'input'> {
  return published ? { network: published.network, input: [published.side, published.side, 3] } : {};
}

async function openAny(source: ByteSource, options: WeightsOptions): Promise<OpenedWeights> {
  const opened = await openContainer(source);
  const { container, file } = opened;
  switch (container) {
    case 'resnetjs':
      return openOwn(source, options);
    case 'safetensors':
      return recognized(opened, torchNamings(file), options);
    case 'pytorch':
    case 'pytorch-legacy': {
      const weights = recognized(opened, torchNamings(file), options);
      const unused = [...weights.unused, ...file.others];
      const published =
        options.preprocessing || options.published
          ? undefined
          : await publishedPreprocessing(source, weights.network);
      if (published === undefined) return { ...weights, unused };
      return { ...weights, unused, preprocessing: published, preprocessingFrom: 'checksum' };
    }
    case 'keras':
    case 'keras-weights':
    case 'keras-h5':
    case 'tfjs': {
      // Whoever says which network it is needs no graph.
      if (file.config === null || options.network !== undefined) {
        return recognized(opened, kerasNamings(file), options);
      }
      const { openKerasModel } = await import('./open-keras-model.js');
      return described(opened, openKerasModel(file, options));
    }
    case 'onnx': {
      const { openOnnxModel } = await import('./open-onnx-model.js');
      const model = await openOnnxModel(file, options);
      return { ...described({ container, file: model.file }, model), unused: model.unused };
    }
    default:
      return container satisfies never;
  }
}

/** A file whose network the names and shapes of its tensors tell. */
function recognized(
  opened: OpenedContainer,
  namings: readonly Naming[],
  options: WeightsOptions,
): OpenedWeights {
  const { network: name } = readNotes(opened.file.metadata);
  const { network, dialect, ...found } = recognize(
    namings,
    name === undefined ? options : { network: name, ...options },
  );
  return described(opened, { network, dialect, tensors: parameterTensors(found) });
}

interface FoundNetwork {
  readonly network: Network;
  readonly dialect?: DialectName;
  readonly tensors: ReadonlyMap<ParameterId, ParameterTensor>;
  readonly preprocessing?: Preprocessing | undefined;
}

function described({ container, file }: OpenedContainer, found: FoundNetwork): OpenedWeights {
  const notes = readNotes(file.metadata);
  const { network, dialect = dialectOf(network.name), tensors, preprocessing } = found;
  return {
    container,
    dialect,
    network,
    classes: classesOf(network),
    classesFrom: 'assumed',
    preprocessing: preprocessing ?? assumedPreprocessing(network),
    preprocessingFrom: preprocessing ? 'file' : 'assumed',
    training: null,
    tensors: file.tensors,
    tensorNames: new Map([...tensors].map(([id, { tensor }]) => [id, tensor])),
    unused: unusedTensors(file, tensors),
    read: readerOfParameters(file, tensors),
    ...replaced(network, notes, 'file'),
  };
}

function classesOf(network: Network): readonly string[] | null {
  const outputs = outputShape(network);
  const isClassifier = network.head.some(({ op }) => op === 'dense');
  return isClassifier ? assumedClasses(network, outputs[0] as number) : null;
}

/** A configuration names classes though the file beside it ends before them. */
function withoutClasses({ classes: _, ...said }: WeightsOptions): WeightsOptions {
  return said;
}

/** Classes and preprocessing that are said elsewhere than in a file, and where. */
function replaced(
  network: Network,
  { classes, preprocessing }: Pick<WeightsOptions, 'classes' | 'preprocessing'>,
  from: Origin,
): Partial<OpenedWeights> {
  const outputs = outputShape(network);
  if (classes !== undefined && String(outputs) !== String([classes.length])) {
    throw new ResNetError(
      'bad-option',
      `${classes.length} classes were given, but the file's network outputs [${outputs.join(', ')}].`,
      { classes: classes.length, outputs },
    );
  }
  if (preprocessing !== undefined) checkPreprocessing(preprocessing, network.input[2]);
  return {
    ...(classes && { classes, classesFrom: from }),
    ...(preprocessing && { preprocessing, preprocessingFrom: from }),
  };
}
