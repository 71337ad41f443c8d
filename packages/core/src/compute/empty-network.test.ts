import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Network } from '../network/types.js';
import { activationGradient } from './activation-gradient.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { disposeFeatureMaps, featureMaps } from './feature-maps.js';
import { forward } from './forward.js';

beforeAll(() => tf.setBackend('cpu'));

const network: Network = {
  name: 'nothing',
  input: [1, 2, 1],
  inputName: 'input_1',
  stem: [],
  stages: [],
  head: [],
};
const nothing = { weights: new Map(), statistics: new Map() };

it('a network of no operations gives its images, in tensors of their own', () => {
  const tensors = tf.memory().numTensors;
  const images = tf.tensor4d([3, 4], [1, 1, 2, 1]);
  const expectImages = (...all: tf.Tensor[]) => {
    for (const each of all) {
      expect(each === images).toBe(false);
      expect([...each.dataSync()]).toEqual([3, 4]);
    }
  };
  const result = forward(network, nothing, images);
  expectImages(result);
  result.dispose();
  const features = featureMaps(network, nothing, images, [0]);
  expectImages(features.result, features.maps.get(0) as tf.Tensor);
  disposeFeatureMaps(features);
  const pass = differentiate(network, nothing, images, (y) => y, { input: true });
  expectImages(pass.result, pass.gradients.input as tf.Tensor);
  disposeTrainingPass(pass);
  const explained = activationGradient(network, nothing, images, { at: 0, upstream: (y) => y });
  expectImages(explained.result, explained.map, explained.gradient);
  tf.dispose([explained.result, explained.map, explained.gradient]);
  expect(images.isDisposed).toBe(false);
  expect([...images.dataSync()]).toEqual([3, 4]);
  images.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});
