import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createVariables, disposeVariables } from '../compute/variables.js';
import { forward } from '../compute/forward.js';
import { mapOperations } from '../network/map-operations.js';
import type { Network, Op } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { createNetwork, type NetworkName } from './catalogue.js';
import { truncate } from './truncate.js';
import type { OutputStride } from './options.js';

/** Up to the last feature map, with the first and the last block of each stage and a 32nd of the filters. */
function narrow(name: NetworkName, outputStride: OutputStride): Network {
  const network = createNetwork(name, { input: [45, 38, 3], ...({ outputStride } as object) });
  const stages = network.stages.map((blocks) => [blocks[0], blocks.at(-1)].flatMap((block) => block ?? []));
  const thin = (ops: readonly Op[]) =>
    ops.map(
      (op): Op =>
        op.op === 'conv' ? { ...op, filters: op.filters / 32, groups: Math.max(1, op.groups / 32) } : op,
    );
  return truncate(mapOperations({ ...network, stages }, thin), 3);
}

const variablesOf = (network: Network) => {
  const generator = RandomGenerator.stateless(3);
  return createVariables(network, ({ role, shape }) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      role === 'variance' || role === 'scale' ? 0.5 + generator.uniform() : 0.3 * generator.normal(),
    ),
  );
};

it.each([
  ['resnet18', 8],
  ['resnet18', 16],
  ['resnet50', 8],
  ['resnext50_32x4d', 8],
  ['keras/resnet50', 8],
  ['keras/resnet50', 16],
  ['keras/resnet50v2', 8],
  ['keras/resnet50v2', 16],
] as const)('the last map of %s with output stride %d holds the one with 32', async (name, stride) => {
  const [strided, dilated] = [narrow(name, 32), narrow(name, stride)];
  const images = tf.randomNormal([1, ...strided.input], 0, 1, 'float32', 5);
  const [own, other] = [variablesOf(strided), variablesOf(dilated)];
  const expected = forward(strided, own, images) as tf.Tensor4D;
  const map = forward(dilated, other, images) as tf.Tensor4D;
  const step = 32 / stride;
  const found = tf.stridedSlice(map, [0, 0, 0, 0], map.shape, [1, step, step, 1]);
  expect(found.shape).toEqual(expected.shape);
  const distance = tf.norm(tf.sub(found, expected)).dataSync()[0] as number;
  expect(distance / (tf.norm(expected).dataSync()[0] as number)).toBeLessThan(1e-5);
  tf.dispose([images, expected, map, found]);
  disposeVariables(own);
  disposeVariables(other);
});
