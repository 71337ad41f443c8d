import { createClassifier, disposeVariables, preactResNet } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

const heapBytes = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;

it('trains without growing tensors or memory', async () => {
  const images = syntheticSigns({ size: 16, count: 16 });
  const network = preactResNet({ input: [16, 16, 3], classes: 6, blocks: 1 });
  const classifier = createClassifier(network, { classes: images.classes, seed: 0 });
  const readings: string[] = [];
  const options = { epochs: 60, batchSize: 16, statistics: 'running' } as const;
  for await (const { event } of train(classifier, images, options)) {
    if (event === 'step') readings.push(`${tf.memory().numTensors} tensors, ${heapBytes()} bytes`);
  }
  expect(readings).toHaveLength(60);
  expect(new Set(readings.slice(2)).size).toBe(1);
  disposeVariables(classifier.variables);
});
