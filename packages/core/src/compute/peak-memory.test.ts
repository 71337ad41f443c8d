// How many feature maps are in memory at most: a pass frees each as soon as nothing needs it, and so a deep network takes
// no more than a shallow one, but for what its backward pass reads again.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import type { Network } from '../network/types.js';
import { activationGradient } from './activation-gradient.js';
import { differentiate, disposeTrainingPass, forwardTraining } from './differentiate.js';
import { disposeFeatureMaps, featureMaps } from './feature-maps.js';
import { forward } from './forward.js';
import { disposeVariables, initialize, type Variables } from './variables.js';

beforeAll(() => tf.setBackend('cpu'));

/** Maps of one size throughout, which are large beside the weights. */
const side = 40;
const mapBytes = 4 * side * side * 2;
function deep(blocks: number): Network {
  const block = identityBlock({ kernelSize: 1, filters: [2, 2, 2] });
  return { ...asNetwork(block, [side, side, 2]), stages: [Array.from({ length: blocks }, () => block)] };
}

/** The most bytes that kernels left in memory beyond those of before, and those that the last kernel left, in maps. */
async function measure(network: Network, run: (variables: Variables, images: tf.Tensor) => void) {
  const variables = initialize(network);
  const images = tf.ones([1, side, side, 2]);
  const before = tf.memory().numBytes;
  const { peakBytes, kernels } = await tf.profile(() => run(variables, images));
  const last = kernels.at(-1)?.totalBytesSnapshot as number;
  expect(tf.memory().numBytes).toBe(before);
  images.dispose();
  disposeVariables(variables);
  return { peak: (peakBytes - before) / mapBytes, end: (last - before) / mapBytes };
}

describe('a deep network takes as many maps as a shallow one', () => {
  it.each<[string, (network: Network) => (variables: Variables, images: tf.Tensor) => void]>([
    ['in inference', (network) => (variables, images) => forward(network, variables, images).dispose()],
    [
      'in training mode',
      (network) => (variables, images) => disposeTrainingPass(forwardTraining(network, variables, images)),
    ],
    [
      'for one feature map',
      (network) => (variables, images) => disposeFeatureMaps(featureMaps(network, variables, images, [5])),
    ],
    [
      'for the gradient of its last block',
      (network) => (variables, images) => {
        const at = {
          part: 'stage',
          stage: 0,
          block: network.stages.flat().length - 1,
          path: 'add',
          index: 0,
        } as const;
        const { result, map, gradient } = activationGradient(network, variables, images, {
          at,
          upstream: (y) => y,
        });
        tf.dispose([result, map, gradient]);
      },
    ],
  ])('%s', async (_, run) => {
    const [shallow, other] = [deep(3), deep(12)];
    const few = await measure(shallow, run(shallow));
    const many = await measure(other, run(other));
    expect(many.peak).toBeLessThan(few.peak + 0.5);
    expect(many.peak).toBeLessThan(8);
  });
});

it('the backward pass frees what it has read', async () => {
  const run = (network: Network) => (variables: Variables, images: tf.Tensor) =>
    disposeTrainingPass(differentiate(network, variables, images, (y) => tf.onesLike(y)));
  const [shallow, other] = [deep(3), deep(12)];
  const few = await measure(shallow, run(shallow));
  const many = await measure(other, run(other));
  expect(many.peak).toBeGreaterThan(2 * few.peak);
  expect(many.end).toBeLessThan(few.end + 0.5);
});
