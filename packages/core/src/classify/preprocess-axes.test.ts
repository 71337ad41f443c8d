import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Classifier } from './classifier.js';
import { preprocess } from './preprocess.js';

beforeAll(() => tf.setBackend('cpu'));

it('images of four channels, that are not square, are normalized each in its place', () => {
  const [mean, std] = [
    [1, 20, 30, 254],
    [0.5, 3, 127.5, 2],
  ] as const;
  const classifier = { network: { input: [2, 3, 4] }, preprocessing: { mean, std } } as unknown as Classifier;
  const images = Uint8Array.from({ length: 2 * 24 }, (_, i) => (i * 83) % 256);
  const input = preprocess(classifier, images);
  expect([input.shape, input.dtype]).toEqual([[2, 2, 3, 4], 'float32']);
  const expected = Array.from(images, (value, i) =>
    Math.fround((value - (mean[i % 4] as number)) / (std[i % 4] as number)),
  );
  expect([...input.dataSync()]).toEqual(expected);
  input.dispose();
});

it('blue comes first where the network wants it, with its own mean and std', () => {
  const preprocessing = { mean: [1, 2, 3], std: [2, 4, 8], channelOrder: 'bgr' };
  const classifier = { network: { input: [1, 2, 3] }, preprocessing } as unknown as Classifier;
  const input = preprocess(classifier, Uint8Array.of(10, 20, 30, 40, 50, 60));
  const expected = [(30 - 1) / 2, (20 - 2) / 4, (10 - 3) / 8, (60 - 1) / 2, (50 - 2) / 4, (40 - 3) / 8];
  expect([...input.dataSync()]).toEqual(expected);
  input.dispose();
});
