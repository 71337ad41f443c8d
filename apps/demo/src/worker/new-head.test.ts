import '@tensorflow/tfjs-backend-cpu';
import { createClassifier, createNetwork, disposeVariables, preprocessings } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { freezeGroups } from '@resnetjs/recipe';
import { train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { featureCount, secondsPerImage, withNewHead } from './new-head.js';

beforeAll(() => tf.setBackend('cpu'));

const trained = () => {
  const network = createNetwork('cifar/resnet20', { classes: 4 });
  return createClassifier(network, {
    ...{ classes: ['a', 'b', 'c', 'd'], seed: 5, preprocessing: preprocessings.torchvision },
  });
};
const images = syntheticSigns({ size: 16, count: 12 });

describe('withNewHead', () => {
  it('keeps all but the last layer, to the bit, through a training, and leaks nothing', async () => {
    const tensors = tf.memory().numTensors;
    const before = trained();
    const now = withNewHead(before, images, 7);
    expect(now.network.input).toEqual([16, 16, 3]);
    expect(now.preprocessing).toBe(before.preprocessing);
    expect(now.classes).toEqual(images.classes);
    const first = values(now.variables);
    const groups = freezeGroups('body', now.network);
    const recipe = { epochs: 1, batchSize: 6, statistics: 'running', groups } as const;
    for await (const event of train(now, images, recipe)) void event;
    const { weights, statistics } = now.variables;
    const changed = [...weights.keys()].filter(
      (id) => String(values(now.variables).get(id)) !== String(first.get(id)),
    );
    expect(changed).toEqual(['head.1.kernel', 'head.1.bias']);
    const own = values(before.variables);
    for (const id of [...weights.keys(), ...statistics.keys()].filter((each) => !changed.includes(each))) {
      expect(values(now.variables).get(id)).toEqual(own.get(id));
    }
    disposeVariables(now.variables);
    disposeVariables(before.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses networks that see no colours', async () => {
    const before = trained();
    const gray = { ...before, network: { ...before.network, input: [32, 32, 1] as const } };
    expect(() => withNewHead(gray, images, 0)).toThrow('takes pictures of 1 channels, not of three');
    await expect(secondsPerImage(gray, 16)).rejects.toThrow('not of three');
    expect(await secondsPerImage(before, 16)).toBeGreaterThan(0);
    disposeVariables(before.variables);
  });
});

it('featureCount is the length of what the last layer takes', () => {
  expect(featureCount(createNetwork('resnet18'))).toBe(512);
  expect(featureCount(createNetwork('resnet50'))).toBe(2048);
  expect(featureCount(createNetwork('cifar/resnet20'))).toBe(64);
});

const values = ({ weights, statistics }: ReturnType<typeof trained>['variables']) =>
  new Map([...weights, ...statistics].map(([id, tensor]) => [id, tensor.dataSync()]));
