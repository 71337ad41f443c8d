import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { type ParameterId, parameters } from '../network/parameters.js';
import type { Network } from '../network/types.js';
import { type RandomSource, sampleInitialValues, statelessSource } from './sample.js';

export type TensorMap = ReadonlyMap<ParameterId, tf.Tensor>;

/** What a network computes with. Whoever makes them disposes of them: `disposeVariables`. */
export interface Variables {
  /** What training learns: kernels, biases, scales and offsets. */
  readonly weights: TensorMap;
  /** Running means and variances of the normalizations. */
  readonly statistics: TensorMap;
}

export interface InitializeOptions {
  /** Seed of every initializer that has none of its own; 0 where it isn't given. */
  readonly seed?: number;
  /** Where random values come from; `statelessDraws(seed)` where it isn't given. */
  readonly draws?: RandomSource;
}

/** First values for a network's variables, on the current backend. Throws `shape-mismatch` where its layers don't fit. */
export function initialize(network: Network, options: InitializeOptions = {}): Variables {
  const draws = options.draws ?? statelessSource(options.seed ?? 0);
  return makeVariables(network, ({ initializer, shape }) => sampleInitialValues(initializer, shape, draws));
}

/** Variables from values by parameter, row-major. Throws `missing-variable` where one is absent or of another size. */
export function makeVariables(
  network: Network,
  valuesOf: (parameter: ReturnType<typeof parameters>[number]) => Float32Array | undefined,
): Variables {
  const weights = new Map<ParameterId, tf.Tensor>();
  const statistics = new Map<ParameterId, tf.Tensor>();
  try {
    for (const parameter of parameters(network)) {
      const values = valuesOf(parameter);
      const size = parameter.shape.reduce((a, b) => a * b, 1);
      if (values?.length !== size) {
        throw new ResNetError(
          'missing-variable',
          `${network.name} needs ${size} values for ${parameter.id} ` +
            `[${parameter.shape.join(', ')}], but ${values === undefined ? 'there are none' : `got ${values.length}`}.`,
          { id: parameter.id },
        );
      }
      (parameter.trainable ? weights : statistics).set(
        parameter.id,
        tf.tensor(values, [...parameter.shape], 'float32'),
      );
    }
  } catch (error) {
    disposeVariables({ weights, statistics });
    throw error;
  }
  return { weights, statistics };
}

export function disposeVariables(variables: Variables): void {
  disposeMap(variables.weights);
  disposeMap(variables.statistics);
}

export function disposeMap(map: TensorMap): void {
  for (const tensor of map.values()) tensor.dispose();
}

/** The tensor of a parameter. Throws `missing-variable`. */
export function variable(map: TensorMap, id: ParameterId): tf.Tensor {
  const found = map.get(id);
  if (found === undefined) {
    throw new ResNetError('missing-variable', `The variables have no ${id}: they are of another network.`, {
      id,
    });
  }
  return found;
}
