import * as tf from '@tensorflow/tfjs-core';
import { ResNetError } from '../errors.js';
import { parameters } from '../network/parameters.js';
import type { ParameterId } from '../network/site.js';
import type { Network } from '../network/types.js';
import { type RandomSource, sampleInitialValues, statelessSource } from './sample.js';

/** Tensors by parameter. */
export type TensorMap = ReadonlyMap<ParameterId, tf.Tensor>;

/** A network's parameters on a backend. The caller disposes of them: `disposeVariables`. */
export interface Variables {
  /** What training learns: kernels, biases, scales (gamma) and offsets (beta). */
  readonly weights: TensorMap;
  /** Running means and variances of the normalizations. */
  readonly statistics: TensorMap;
}

/** Options of `initialize`. */
export interface InitializeOptions {
  /** The seed of every initializer without a seed of its own. Default: 0. */
  readonly seed?: number;
  /** Where random values come from. Default: `statelessSource(seed)`. */
  readonly randomSource?: RandomSource;
}

/**
 * Initial values for a network's variables, on the current backend: the same for the same seed on every machine.
 * Throws `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * const variables = initialize(network, { seed: 42 });
 * disposeVariables(variables);
 */
export function initialize(network: Network, options: InitializeOptions = {}): Variables {
  const source = options.randomSource ?? statelessSource(options.seed ?? 0);
  return createVariables(network, ({ initializer, shape }) =>
    sampleInitialValues(initializer, shape, source),
  );
}

/**
 * Variables on the current backend from row-major values by parameter. Throws `missing-variable` if a parameter's
 * values are absent or of another length.
 *
 * @example
 * const variables = createVariables(network, ({ id }) => valuesById.get(id)); // a Map of Float32Arrays
 */
export function createVariables(
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

/** Disposes of a network's variables. */
export function disposeVariables(variables: Variables): void {
  disposeTensors(variables.weights);
  disposeTensors(variables.statistics);
}

/** Disposes of every tensor in a map. */
export function disposeTensors(map: TensorMap): void {
  for (const tensor of map.values()) tensor.dispose();
}

/** The tensor of a parameter. Throws `missing-variable` if the map doesn't have it. */
export function variable(map: TensorMap, id: ParameterId): tf.Tensor {
  const found = map.get(id);
  if (found === undefined) {
    throw new ResNetError(
      'missing-variable',
      `The variables have no ${id}: they belong to another network.`,
      {
        id,
      },
    );
  }
  return found;
}
