import {
  type Classifier,
  disposeVariables,
  foldBatchNorm,
  forward,
  type Model,
  type Network,
  type NetworkNode,
  type ParameterId,
  parameters,
  preprocess,
  siteName,
  type SplitPlace,
  splitNetwork,
  walk,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from './network-inputs.js';

/**
 * The part of a classifier's network before everything that learns or is random: what it computes of an image, its features,
 * is the same each time. It computes in inference mode, with its normalizations folded, and keeps no activations.
 */
export class FrozenBody {
  /** The rest of the network, which takes the features. */
  readonly rest: Network;
  readonly #classifier: Pick<Classifier, 'network' | 'preprocessing'>;
  readonly #folded: Model;

  /** null if the network has no such part, or nothing else. */
  static of(classifier: Classifier, learned: ReadonlySet<ParameterId>): FrozenBody | null {
    const place = lastFrozenPlace(classifier.network, learned);
    return place && new FrozenBody(classifier, place);
  }

  private constructor({ network, variables, preprocessing }: Classifier, place: SplitPlace) {
    const { first, second } = splitNetwork(network, place);
    this.rest = second;
    this.#classifier = { network, preprocessing };
    this.#folded = foldBatchNorm({ network: first, variables });
  }

  /** Values of an image's features. */
  get size(): number {
    return this.rest.input.reduce((a, b) => a * b, 1);
  }

  /** Images whose features are computed each time that they are asked for. */
  inputs(data: Dataset): Inputs {
    const { network, variables } = this.#folded;
    const inputOf: Inputs['inputOf'] = ({ images }) =>
      tf.tidy(() => {
        const input = preprocess(this.#classifier, images); // [batch, height, width, channels]
        return tf.reshape(forward(network, variables, input), [input.shape[0], ...this.rest.input]);
      });
    return { data, network: this.rest, inputOf, bytes: 0 };
  }

  dispose(): void {
    disposeVariables(this.#folded.variables);
  }
}

/** The last place before which no weight is learned and nothing is random; null if there is none, or nothing is after it. */
function lastFrozenPlace(network: Network, learned: ReadonlySet<ParameterId>): SplitPlace | null {
  const sites = new Set(
    parameters(network).flatMap(({ id, site }) => (learned.has(id) ? [siteName(site)] : [])),
  );
  const changes = ({ op, site }: NetworkNode) =>
    (op.op === 'dropout' && op.rate > 0) || sites.has(siteName(site));
  const site = walk(network).find(changes)?.site;
  if (site === undefined || site.part === 'input' || site.part === 'stem') return null;
  if (site.part === 'head' && site.index > 0) return { part: 'head', index: site.index - 1 };
  if (site.part === 'stage' && site.block > 0) return { ...site, block: site.block - 1 };
  const before = network.stages.slice(0, site.part === 'stage' ? site.stage : undefined);
  const stage = before.findLastIndex((blocks) => blocks.length > 0);
  if (stage >= 0) return { part: 'stage', stage, block: (before[stage]?.length as number) - 1 };
  return network.stem.length > 0 ? { part: 'stem' } : null;
}
