import {
  disposeTensors,
  disposeTrainingPass,
  forwardTraining,
  type Network,
  type Norm,
  type ParameterId,
  parameterId,
  type Shape,
  shapes,
  type TensorMap,
  type TrainingPass,
  type TrainingPassOptions,
  type Variables,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { shared } from './shared.js';

/**
 * The running statistics after a training step, in new tensors: momentum · old + (1 − momentum) · batch; a frozen
 * normalization, which has no moments, keeps its own. The batch's variance is the biased one (÷ n), as in Keras 3, or the
 * unbiased one (÷ (n − 1)), as in PyTorch, as the normalization says; of a single value both are 0.
 */
export function updateStatistics(
  network: Network,
  statistics: TensorMap,
  { moments, result }: Pick<TrainingPass, 'moments' | 'result'>,
): TensorMap {
  const [images] = result.shape as [number];
  const results = shapes(network);
  return mapNorms(network, statistics, (id, old, { role, norm, node }) => {
    const batch = moments.get(id); // [channels]
    if (batch === undefined) return shared(old);
    const shape = results[node] as Shape;
    const count = images * shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const unbiased =
      role === 'variance' && norm.runningVariance === 'unbiased' ? count / Math.max(1, count - 1) : 1;
    return tf.add(tf.mul(old, norm.momentum), tf.mul(batch, unbiased * (1 - norm.momentum)));
  });
}

/**
 * Precise batch normalization (Wu and Johnson 2021, §3): the pooled statistics of several batches under one set of
 * weights, each batch weighing as much as it has images. Call `add` for each batch, then `result`, then `dispose`.
 *
 * @example
 * const estimate = new StatisticsEstimate(network);
 * for await (const { images } of batches(data, { batchSize: 32 })) {
 *   const input = preprocess(classifier, images);
 *   estimate.add(classifier.variables, input);
 *   input.dispose();
 * }
 * const statistics = estimate.result();
 * estimate.dispose();
 */
export class StatisticsEstimate {
  #images = 0;
  /** The images of the first batch: a unit in which batches of one size weigh exactly 1. */
  #unit = 0;
  // Every tensor below is [channels]. The recurrences are Welford's (1962), over batches, with West's (1979) weights.
  #means: TensorMap = new Map();
  /** Weighted sums of squared deviations of the batches' means from their own mean. */
  #spreads: TensorMap = new Map();
  #variances: TensorMap = new Map();
  readonly #network: Network;
  readonly #options: Pick<TrainingPassOptions, 'learned' | 'random'>;

  /**
   * `learned`: the weights that are learned; a normalization without any gets no estimate. Default: all. `random`: where
   * dropout takes its random numbers from.
   */
  constructor(network: Network, options: Pick<TrainingPassOptions, 'learned' | 'random'> = {}) {
    this.#network = network;
    this.#options = options;
  }

  /** Adds a batch of preprocessed images `[batch, height, width, channels]`, which stay the caller's. */
  add(variables: Variables, images: tf.Tensor): void {
    const pass = forwardTraining(this.#network, variables, images, this.#options);
    const { moments } = pass;
    const count = images.shape[0] as number;
    this.#images += count;
    if (this.#unit === 0) this.#unit = count;
    const share = count / this.#images;
    const weight = count / this.#unit;
    const old = { means: this.#means, spreads: this.#spreads, variances: this.#variances };
    const average = (before: TensorMap) => (id: ParameterId, value: tf.Tensor) => {
      const mean = before.get(id);
      return mean === undefined ? value.clone() : tf.add(mean, tf.mul(tf.sub(value, mean), share));
    };
    try {
      this.#means = mapNorms(this.#network, moments, average(old.means), ['mean']);
      this.#variances = mapNorms(this.#network, moments, average(old.variances), ['variance']);
      this.#spreads = mapNorms(
        this.#network,
        moments,
        (id, mean) => {
          const before = old.means.get(id);
          if (before === undefined) return tf.zerosLike(mean);
          const after = this.#means.get(id) as tf.Tensor;
          const grown = tf.mul(tf.sub(mean, before), tf.sub(mean, after));
          return tf.add(old.spreads.get(id) as tf.Tensor, tf.mul(grown, weight));
        },
        ['mean'],
      );
    } finally {
      for (const map of Object.values(old)) disposeTensors(map);
      disposeTrainingPass(pass);
    }
  }

  /** The estimate so far, in new tensors: the images' mean; their mean variance within batches plus that between batches. */
  result(): TensorMap {
    const within = new Map([...this.#means, ...this.#variances]);
    return mapNorms(this.#network, within, (_id, value, { role, meanId }) => {
      if (role === 'mean') return value.clone();
      const between = tf.div(this.#spreads.get(meanId) as tf.Tensor, this.#images / this.#unit);
      return tf.add(value, tf.abs(between)); // where nothing varies, rounding can make it less than 0
    });
  }

  /** Disposes of the estimate's own tensors; those that `result` returned stay. */
  dispose(): void {
    for (const map of [this.#means, this.#spreads, this.#variances]) disposeTensors(map);
    this.#means = this.#spreads = this.#variances = new Map();
  }
}

/** What a running statistic is of. */
interface Statistic {
  readonly role: 'mean' | 'variance';
  readonly norm: Norm;
  /** The normalization's index in `walk(network)`. */
  readonly node: number;
  /** The id of the mean beside it. */
  readonly meanId: ParameterId;
}

/** A tensor for each running statistic (of the given roles) that `values` has, in the order of the network. */
function mapNorms(
  network: Network,
  values: TensorMap,
  make: (id: ParameterId, value: tf.Tensor, statistic: Statistic) => tf.Tensor,
  roles: readonly Statistic['role'][] = ['mean', 'variance'],
): TensorMap {
  const ids: ParameterId[] = [];
  const tensors = tf.tidy(() =>
    walk(network).flatMap(({ op, site }, node) => {
      if (op.op !== 'norm') return [];
      return roles.flatMap((role) => {
        const id = parameterId(site, role);
        const value = values.get(id); // [channels]
        if (value === undefined) return [];
        ids.push(id);
        return make(id, value, { role, norm: op, node, meanId: parameterId(site, 'mean') });
      });
    }),
  );
  return new Map(ids.map((id, index) => [id, tensors[index] as tf.Tensor]));
}
