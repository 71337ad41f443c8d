import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock } from '../blocks/residual.js';
import { courseResNet50 } from '../networks/course.js';
import { gradientNorms, layerDepths } from './gradient-norms.js';

const network = asNetwork(
  convolutionalBlock({ kernelSize: 1, filters: [1, 2, 2] }),
  [2, 2, 1],
  'course/block',
);
const at = 'stage0.block0';

beforeAll(() => tf.setBackend('cpu'));

describe('layerDepths', () => {
  it('counts the 50 layers of course/resnet50, and projections at the depth of their branches', () => {
    const layers = layerDepths(courseResNet50());
    expect(layers).toHaveLength(54);
    expect(layers.map(({ depth }) => depth)).toEqual(
      [...layers].map(({ depth }) => depth).sort((a, b) => a - b),
    );
    const of = (name: string) => layers.find((layer) => layer.name === name)?.depth;
    expect([of('conv1'), of('res2a_branch2a'), of('res2a_branch1'), of('res2b_branch2a')]).toEqual([
      1, 2, 2, 5,
    ]);
    expect(layers.at(-1)).toMatchObject({ name: 'fc6', depth: 50 });
  });
});

describe('gradientNorms', () => {
  const run = async (values: Readonly<Record<string, number[]>>) => {
    const gradients = new Map(Object.entries(values).map(([id, each]) => [id, tf.tensor(each)]));
    const before = tf.memory().numTensors;
    try {
      return await gradientNorms(network, gradients);
    } finally {
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([...gradients.values()]);
    }
  };
  const kernels = (scale: number) => ({
    [`${at}.branch.0.kernel`]: [-3 * scale],
    [`${at}.branch.3.kernel`]: [3 * scale, -4 * scale],
    [`${at}.branch.6.kernel`]: [0, 0, 0, 0],
    [`${at}.shortcut.0.kernel`]: [5 * scale, 12 * scale],
  });

  it.each([1, 1e-30, 1e30])('is the L2 norm of each gradient, also at scale %d', async (scale) => {
    const layers = await run(kernels(scale));
    expect(layers.map(({ name, depth }) => [name, depth])).toEqual([
      ['res2a_branch2a', 1],
      ['res2a_branch1', 1],
      ['res2a_branch2b', 2],
      ['res2a_branch2c', 3],
    ]);
    [3, 13, 5, 0].forEach((expected, index) => {
      expect((layers[index]?.norm ?? Number.NaN) / scale).toBeCloseTo(expected, 5);
    });
  });

  it("rejects another network's gradients, and leaks no tensor", async () => {
    await expect(run({})).rejects.toThrow(`The variables have no ${at}.branch.0.kernel`);
  });
});
