import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { topClasses } from '../classes/top-classes.js';
import { disposeVariables } from '../compute/variables.js';
import { fitImage } from '../images/fit-image.js';
import type { Pixels } from '../images/pixels.js';
import { toChannels } from '../images/to-channels.js';
import { preactResNet } from '../networks/preact.js';
import { RandomGenerator } from '../random/random-generator.js';
import { type Classifier, createClassifier } from './classifier.js';
import { createPredictor, predict } from './predict.js';

beforeAll(() => tf.setBackend('cpu'));

const classes = ['a', 'b', 'c'];

/** A classifier whose normalizations do something: every statistic, scale and offset differs. */
function sample(): Classifier {
  const network = preactResNet({ input: [8, 6, 3], classes: 3, blocks: 2 });
  const preprocessing = {
    mean: [120, 90, 60],
    std: [50, 60, 70],
    interpolation: 'bicubic',
    fit: 'crop',
  } as const;
  const classifier = createClassifier(network, { classes, seed: 1, preprocessing });
  const random = RandomGenerator.stateless(2);
  const changed = (map: ReadonlyMap<string, tf.Tensor>) =>
    new Map(
      [...map].map(([id, tensor]) => {
        if (!/scale|offset|mean|variance/.test(id)) return [id, tensor];
        tensor.dispose();
        const values = Float32Array.from({ length: tensor.size }, () => 0.5 + random.uniform());
        return [id, tf.tensor(values, tensor.shape)];
      }),
    );
  const { weights, statistics } = classifier.variables;
  return { ...classifier, variables: { weights: changed(weights), statistics: changed(statistics) } };
}

function image(height: number, width: number, seed: number, channels = 3): Pixels {
  const random = RandomGenerator.stateless(seed);
  const data = Uint8Array.from({ length: height * width * channels }, () => 256 * random.uniform());
  return { height, width, channels, data };
}

it('fits, preprocesses, and folds: within 1e-5 of the classifier as it is', async () => {
  const before = tf.memory().numTensors;
  const classifier = sample();
  const photos = [image(20, 31, 3), image(8, 6, 4), image(5, 40, 5)];
  const predictor = createPredictor(classifier);
  const found = await predictor.predict(photos);
  const fitted = photos.flatMap((photo) => [
    ...fitImage(photo, [8, 6, 3], { interpolation: 'bicubic', fit: 'crop' }),
  ]);
  const expected = await predict(classifier, Uint8Array.from(fitted));
  expect(found).toHaveLength(3);
  found.forEach((row, index) => {
    row.forEach((value, at) => {
      expect(Math.abs(value - (expected[index]?.[at] as number))).toBeLessThan(1e-5);
    });
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });
  expect(new Set(found.map(String)).size).toBe(3);
  predictor.dispose();
  disposeVariables(classifier.variables);
  expect(tf.memory().numTensors).toBe(before);
});

it("crops and orders as the classifier's preprocessing says", async () => {
  const { preprocessing, ...rest } = sample();
  const fitting = { interpolation: 'bilinear', fit: 'crop', cropShare: 0.5 } as const;
  const photo = image(40, 31, 7);
  const fitted = fitImage(photo, [8, 6, 3], fitting);
  const swapped = fitted.map((_, at) => fitted[at - (at % 3) + (2 - (at % 3))] as number);
  const predictor = createPredictor({
    ...rest,
    preprocessing: { ...preprocessing, ...fitting, channelOrder: 'bgr' },
  });
  const [found] = await predictor.predict([photo]);
  const [expected] = await predict({ ...rest, preprocessing }, swapped);
  found?.forEach((value, at) => {
    expect(Math.abs(value - (expected?.[at] as number))).toBeLessThan(1e-5);
  });
  const [unswapped] = await predict({ ...rest, preprocessing }, fitted);
  expect(Math.abs((found?.[0] as number) - (unswapped?.[0] as number))).toBeGreaterThan(1e-4);
  predictor.dispose();
  disposeVariables(rest.variables);
});

it("is of the classifier's variables when it was made, and leaves them alone", async () => {
  const classifier = sample();
  const predictor = createPredictor(classifier);
  disposeVariables(classifier.variables);
  await expect(predictor.predict([image(8, 6, 1)])).resolves.toHaveLength(1);
  predictor.dispose();
});

it('takes gray images as RGB, and RGB ones as gray', async () => {
  const classifier = sample();
  const predictor = createPredictor(classifier);
  const gray = image(5, 4, 1, 1);
  const [found] = await predictor.predict([gray]);
  expect(found).toEqual((await predictor.predict([toChannels(gray, 3)]))[0]);
  predictor.dispose();
  disposeVariables(classifier.variables);
});

it('refuses images with other channels, by their index', async () => {
  const classifier = sample();
  const predictor = createPredictor(classifier);
  await expect(predictor.predict([image(4, 4, 1), image(4, 4, 1, 4)])).rejects.toThrow(
    'Image 1 has 4 channels, but preact/resnet takes 3.',
  );
  predictor.dispose();
  disposeVariables(classifier.variables);
});

it('the most probable classes come first', () => {
  expect(topClasses(classes, [0.2, 0.7, 0.1], 2)).toEqual([
    { class: 'b', probability: 0.7 },
    { class: 'a', probability: 0.2 },
  ]);
});

it('refuses to answer where a value is not finite', async () => {
  const classifier = createClassifier(preactResNet({ input: [8, 6, 3], classes: 3, blocks: 1 }), {
    classes,
    seed: 1,
  });
  const { weights } = classifier.variables;
  const huge = new Map([...weights].map(([id, tensor]) => [id, tf.fill(tensor.shape, 3e38) as tf.Tensor]));
  const broken = { ...classifier, variables: { ...classifier.variables, weights: huge } };
  const before = tf.memory().numTensors;
  await expect(predict(broken, new Uint8Array(8 * 6 * 3).fill(9))).rejects.toMatchObject({
    code: 'not-finite',
    message: expect.stringMatching(/values that are not finite for image 0/),
  });
  expect(tf.memory().numTensors).toBe(before);
  disposeVariables(broken.variables);
  for (const tensor of weights.values()) tensor.dispose();
});
