import {
  disposeTensors,
  disposeTrainingPass,
  forwardTraining,
  type Network,
  type ParameterId,
  parameterId,
  type TensorMap,
  type Variables,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The running statistics after a training step, in new tensors: momentum · old + (1 − momentum) · batch. As in Keras 3 the
 * batch's variance is the biased one (÷ n); PyTorch takes the unbiased one (÷ (n − 1)), and its momentum is one minus ours.
 */
export function updateStatistics(network: Network, statistics: TensorMap, moments: TensorMap): TensorMap {
  return mapNorms(network, (id, momentum) => {
    const old = statistics.get(id) as tf.Tensor; // [channels]
    const batch = moments.get(id) as tf.Tensor; // [channels]
    return tf.add(tf.mul(old, momentum), tf.mul(batch, 1 - momentum));
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

  constructor(network: Network) {
    this.#network = network;
  }

  /** Adds a batch of preprocessed images `[batch, height, width, channels]`, which stay the caller's. */
  add(variables: Variables, images: tf.Tensor): void {
    const pass = forwardTraining(this.#network, variables, images);
    const count = images.shape[0] as number;
    this.#images += count;
    if (this.#unit === 0) this.#unit = count;
    const share = count / this.#images;
    const weight = count / this.#unit;
    const old = { means: this.#means, spreads: this.#spreads, variances: this.#variances };
    const average = (before: tf.Tensor | undefined, value: tf.Tensor) =>
      before === undefined ? value.clone() : tf.add(before, tf.mul(tf.sub(value, before), share));
    const batch = (id: ParameterId) => pass.moments.get(id) as tf.Tensor;
    try {
      this.#means = mapNorms(this.#network, (id) => average(old.means.get(id), batch(id)), ['mean']);
      this.#variances = mapNorms(this.#network, (id) => average(old.variances.get(id), batch(id)), [
        'variance',
      ]);
      this.#spreads = mapNorms(
        this.#network,
        (id) => {
          const before = old.means.get(id);
          if (before === undefined) return tf.zerosLike(batch(id));
          const after = this.#means.get(id) as tf.Tensor;
          const grown = tf.mul(tf.sub(batch(id), before), tf.sub(batch(id), after));
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
    return mapNorms(this.#network, (id, _momentum, meanId) => {
      const mean = this.#means.get(id);
      if (mean !== undefined) return mean.clone();
      const between = tf.div(this.#spreads.get(meanId) as tf.Tensor, this.#images / this.#unit);
      return tf.add(this.#variances.get(id) as tf.Tensor, between);
    });
  }

  /** Disposes of the estimate's own tensors; those that `result` returned stay. */
  dispose(): void {
    for (const map of [this.#means, this.#spreads, this.#variances]) disposeTensors(map);
    this.#means = this.#spreads = this.#variances = new Map();
  }
}

/** A tensor for each running statistic (of the given roles) of each normalization. */
function mapNorms(
  network: Network,
  make: (id: ParameterId, momentum: number, meanId: ParameterId) => tf.Tensor,
  roles: readonly ('mean' | 'variance')[] = ['mean', 'variance'],
): TensorMap {
  const ids: ParameterId[] = [];
  const tensors = tf.tidy(() =>
    walk(network).flatMap(({ op, site }) => {
      if (op.op !== 'norm') return [];
      return roles.map((role) => {
        const id = parameterId(site, role);
        ids.push(id);
        return make(id, op.momentum, parameterId(site, 'mean'));
      });
    }),
  );
  return new Map(ids.map((id, index) => [id, tensors[index] as tf.Tensor]));
}
