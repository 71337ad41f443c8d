import type { Classifier, DialectName, Parameter, ParameterId, Preprocessing } from '@resnetjs/core';
import type { TrainingRecord } from '@resnetjs/recipe';
import type { TensorInfo } from '../containers/container.js';
import type { PublishedWeightsName } from '../pretrained/published-weights.js';
import type { RecognizeOptions } from '../recognition/recognize.js';

/** The formats of files of weights, and how they are called. */
export const containerNames = {
  resnetjs: 'ResNet.js model',
  safetensors: 'safetensors',
  pytorch: 'PyTorch, zip archive',
  'pytorch-legacy': 'PyTorch, legacy stream',
  keras: 'Keras, .keras archive',
  'keras-weights': 'Keras, .weights.h5',
  'keras-h5': 'Keras, legacy .h5',
  tfjs: 'TensorFlow.js layers model',
  onnx: 'ONNX',
} as const;

/** A format of files of weights. */
export type ContainerName = keyof typeof containerNames;

/**
 * Where something that a file need not say comes from: an option, the file, its checksum, the published weights that it is said
 * to be, or what such networks usually have.
 */
export type Origin = 'option' | 'file' | 'checksum' | 'published' | 'assumed';

/** What a file of weights, of whichever origin, says of its network. */
export interface WeightsDescription extends Omit<Classifier, 'variables' | 'classes'> {
  readonly container: ContainerName;
  /** Whose names its tensors have. */
  readonly dialect: DialectName;
  /** In the order of the logits; null if the network ends before a classifier. */
  readonly classes: readonly string[] | null;
  readonly classesFrom: Origin;
  readonly preprocessingFrom: Origin;
  /** How it was trained; null if the file doesn't say. */
  readonly training: TrainingRecord | null;
  /** All tensors in the file, by their names there. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The name of the tensor that has each of the network's parameters. */
  readonly tensorNames: ReadonlyMap<ParameterId, string>;
  /** Names of tensors that the network doesn't take: counters, an optimizer's state. */
  readonly unused: readonly string[];
}

/** A file of weights, opened: the values of a parameter are read when they are asked for. */
export interface OpenedWeights extends WeightsDescription {
  /** A parameter's values in our layout, row-major, in a new array, which is the caller's. Throws `bad-file`. */
  read(parameter: Parameter): Promise<Float32Array<ArrayBuffer>>;
}

/** What is said of a file, and so not taken from it, or assumed. */
export interface WeightsOptions extends RecognizeOptions {
  /** The classes' names, in the order of the logits. */
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
  /** The JSON beside the file: timm's `config.json`, or transformers' `config.json` and `preprocessor_config.json`. */
  readonly configs?: readonly unknown[];
  /** The published weights that the file is, which say what it doesn't: the network, and how images are prepared. */
  readonly published?: PublishedWeightsName;
}
