import {
  disposeMap,
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

/** Running statistics after a step, in new tensors: momentum · old + (1 − momentum) · batch, with the biased variance, as Keras 3. */
export function updateStatistics(network: Network, statistics: TensorMap, moments: TensorMap): TensorMap {
  return mapNorms(network, (id, momentum) => {
    const old = statistics.get(id) as tf.Tensor;
    const batch = moments.get(id) as tf.Tensor;
    return tf.add(tf.mul(old, momentum), tf.mul(batch, 1 - momentum));
  });
}

/** Statistics of the whole of several batches under one set of weights (precise batch normalization, Wu and Johnson 2021, §3). */
export class StatisticsEstimate {
  #batches = 0;
  #means: TensorMap = new Map();
  /** Sums of squared deviations of the batches' means from their own mean. */
  #spreads: TensorMap = new Map();
  #variances: TensorMap = new Map();
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  /** Takes one more batch of prepared images in. */
  add(variables: Variables, images: tf.Tensor): void {
    const pass = forwardTraining(this.#network, variables, images);
    const count = ++this.#batches;
    const old = { means: this.#means, spreads: this.#spreads, variances: this.#variances };
    const change = (known: tf.Tensor | undefined, value: tf.Tensor, share: number) =>
      known === undefined ? value.clone() : tf.add(known, tf.mul(tf.sub(value, known), share));
    const batch = (id: ParameterId) => pass.moments.get(id) as tf.Tensor;
    try {
      this.#means = mapNorms(this.#network, (id) => change(old.means.get(id), batch(id), 1 / count), [
        'mean',
      ]);
      this.#variances = mapNorms(this.#network, (id) => change(old.variances.get(id), batch(id), 1 / count), [
        'variance',
      ]);
      this.#spreads = mapNorms(
        this.#network,
        (id) => {
          const before = old.means.get(id);
          if (before === undefined) return tf.zerosLike(batch(id));
          const after = this.#means.get(id) as tf.Tensor;
          const grown = tf.mul(tf.sub(batch(id), before), tf.sub(batch(id), after));
          return tf.add(old.spreads.get(id) as tf.Tensor, grown);
        },
        ['mean'],
      );
    } finally {
      for (const map of Object.values(old)) disposeMap(map);
      disposeTrainingPass(pass);
    }
  }

  /** The estimate, in new tensors: the mean of the means; the mean variance within batches plus that between them. */
  result(): TensorMap {
    return mapNorms(this.#network, (id, _momentum, meanId) => {
      const mean = this.#means.get(id);
      if (mean !== undefined) return mean.clone();
      const between = tf.div(this.#spreads.get(meanId) as tf.Tensor, this.#batches);
      return tf.add(this.#variances.get(id) as tf.Tensor, between);
    });
  }

  dispose(): void {
    for (const map of [this.#means, this.#spreads, this.#variances]) disposeMap(map);
    this.#means = this.#spreads = this.#variances = new Map();
  }
}

/** A tensor for each running statistic of the network. */
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
