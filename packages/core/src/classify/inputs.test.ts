// What comes from outside, in every form that has been seen: the error says what was expected, and none is TensorFlow.js's.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topClasses } from '../classes/top-classes.js';
import { forward } from '../compute/forward.js';
import { disposeVariables } from '../compute/variables.js';
import { gradCam } from '../explain/grad-cam.js';
import { fitImage } from '../images/fit-image.js';
import type { Pixels } from '../images/pixels.js';
import { resize } from '../images/resize.js';
import { preactResNet } from '../networks/preact.js';
import { type Classifier, createClassifier } from './classifier.js';
import { createPredictor, type Predictor, predict } from './predict.js';
import { preprocess } from './preprocess.js';
import { unitRange } from './preprocessing.js';

const network = preactResNet({ input: [4, 4, 3], classes: 2, blocks: 1 });
const classes = ['cat', 'dog'];
let classifier: Classifier;
let predictor: Predictor;
beforeAll(async () => {
  await tf.setBackend('cpu');
  classifier = createClassifier(network, { classes, seed: 0 });
  predictor = createPredictor(classifier);
});
afterAll(() => {
  predictor.dispose();
  disposeVariables(classifier.variables);
});

/** As JavaScript passes it, whatever the types say. */
// biome-ignore lint/suspicious/noExplicitAny: wrong types are what these tests are about
const wrong = (value: unknown): any => value;
const gray: Pixels = { height: 4, width: 4, channels: 3, data: new Uint8Array(48).fill(128) };

describe('levels', () => {
  it.each([
    ['floats of 0 to 1', Float32Array.from({ length: 48 }, () => 0.5), 'a value of type Float32Array'],
    ['a list', Array(48).fill(128), 'a value of type Array'],
    ['16 bits', new Uint16Array(48), 'a value of type Uint16Array'],
    ['a buffer', new ArrayBuffer(48), 'a value of type ArrayBuffer'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['text', 'cat.png', 'a string'],
  ])('that are %s are refused everywhere, with what is expected', async (_, data, found) => {
    const message = `must be a Uint8Array of levels from 0 to 255, as images are stored, not ${found}.`;
    const refusal = { code: 'bad-option', message: expect.stringContaining(message) };
    await expect(predict(classifier, wrong(data))).rejects.toMatchObject(refusal);
    await expect(predictor.predict([wrong({ ...gray, data })])).rejects.toMatchObject(refusal);
    expect(() => preprocess(classifier, wrong(data))).toThrow(message);
    expect(() => resize(wrong({ ...gray, data }), { height: 2, width: 2 })).toThrow(message);
    expect(() => fitImage(wrong({ ...gray, data }), [2, 2, 3])).toThrow(message);
  });

  it('of a canvas are levels, too', async () => {
    const data = new Uint8ClampedArray(gray.data);
    const [expected] = await predictor.predict([gray]);
    expect(await predictor.predict([{ ...gray, data: wrong(data) }])).toEqual([expected]);
    expect((await predict(classifier, wrong(data)))[0]?.[0]).toBeCloseTo(expected?.[0] as number, 4);
  });
});

describe('lengths', () => {
  it('that are no whole number of images are refused', async () => {
    for (const length of [1, 47, 49, 100]) {
      await expect(predict(classifier, new Uint8Array(length))).rejects.toMatchObject({
        code: 'shape-mismatch',
        message: expect.stringContaining(`${length} levels are no whole number of images of 4×4×3`),
      });
      await expect(predictor.predict([{ ...gray, data: new Uint8Array(length) }])).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringContaining(`An image of 4×4×3 (${length} bytes)`),
      });
    }
  });

  it('of zero give no probabilities, and no TensorFlow.js error', async () => {
    expect(await predict(classifier, new Uint8Array())).toEqual([]);
    expect(await predictor.predict([])).toEqual([]);
    const empty = tf.zeros([0, 4, 4, 3]);
    expect(() => forward(network, classifier.variables, empty)).toThrow('got no images');
    expect(() => gradCam(classifier, empty)).toThrow('got no images');
    empty.dispose();
  });

  it.each([
    [{ ...gray, height: 0 }],
    [{ ...gray, width: -4 }],
    [{ ...gray, height: 2.5 }],
    [{ ...gray, width: Number.NaN }],
  ])('of sides are whole numbers: %j', async (image) => {
    await expect(predictor.predict([image])).rejects.toMatchObject({ name: 'ResNetError' });
    expect(() => fitImage(image, [2, 2, 3], { interpolation: 'bilinear', fit: 'crop' })).toThrow(
      'sides must be whole numbers of at least 1',
    );
  });
});

it('a single image, or none, is not a list of them', async () => {
  for (const images of [gray, undefined, gray.data]) {
    await expect(predictor.predict(wrong(images))).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('put a single one in brackets'),
    });
  }
});

it('an unknown interpolation or fit is refused with those that there are', () => {
  expect(() => resize(gray, { height: 2, width: 2, interpolation: wrong('lanczos') })).toThrow(
    'interpolation is "lanczos"; it must be one of bilinear, nearest, bicubic.',
  );
  expect(() => fitImage(gray, [2, 2, 3], { interpolation: 'nearest', fit: wrong('pad') })).toThrow(
    'fit is "pad"; it must be one of fill, crop.',
  );
  const fitting = { interpolation: 'nearest', fit: 'crop' } as const;
  for (const cropShare of [0, 0.09, 1.1, -1, Number.NaN, wrong('half')]) {
    expect(() => fitImage(gray, [2, 2, 3], { ...fitting, cropShare })).toThrow('must be from 0.1 to 1');
  }
});

describe('a classifier', () => {
  const create = (names: readonly string[], preprocessing = unitRange()) =>
    createClassifier(network, { classes: names, preprocessing });

  it('has at least two classes, each with its own name, one for each logit', () => {
    expect(() => create([])).toThrow('at least two classes apart, but there are none');
    expect(() => create(['cat'])).toThrow('at least two classes apart, but there is one, "cat"');
    expect(() => create(['cat', 'cat'])).toThrow('Two classes are named "cat"');
    expect(() => create(['cat', 'dog', 'cow'])).toThrow('outputs [2], but there are 3 classes');
  });

  it('has a mean and a std for each channel', () => {
    const message = 'a mean and a std above 0 for each of 3 channels';
    for (const preprocessing of [
      unitRange(1),
      { ...unitRange(), mean: [0, 0, Number.NaN] },
      { ...unitRange(), std: [1, 1, 0] },
      { ...unitRange(), std: [1, 1, -1] },
      { ...unitRange(), std: [1, 1, Number.POSITIVE_INFINITY] },
    ]) {
      expect(() => create(classes, preprocessing)).toThrow(message);
      expect(() => preprocess({ ...classifier, preprocessing }, gray.data)).toThrow(message);
    }
  });

  it.each([
    [{ cropShare: 0 }, 'cropShare is 0; it must be from 0.1 to 1'],
    [{ cropShare: 1.01 }, 'cropShare is 1.01; it must be from 0.1 to 1'],
    [{ cropShare: Number.NaN }, 'cropShare is NaN; it must be from 0.1 to 1'],
    [{ channelOrder: 'gbr' }, 'channelOrder is "gbr"; it must be one of rgb, bgr'],
  ])('has a crop and an order that there are: %j', (change, message) => {
    const preprocessing = { ...unitRange(), ...wrong(change) };
    expect(() => create(classes, preprocessing)).toThrow(message);
    expect(() => preprocess({ ...classifier, preprocessing }, gray.data)).toThrow(message);
  });

  it('has blue first only among three channels', () => {
    const one = preactResNet({ input: [4, 4, 1], classes: 2, blocks: 1 });
    const preprocessing = { ...unitRange(1), channelOrder: 'bgr' } as const;
    expect(() => createClassifier(one, { classes, preprocessing })).toThrow(
      'an order of 3 channels, but there are 1',
    );
  });
});

describe('topClasses', () => {
  it('takes the probabilities of one image', () => {
    expect(() => topClasses(classes, [], 1)).toThrow('There are 0 probabilities for 2 classes');
    expect(() => topClasses(classes, wrong([[0.4, 0.6]]), 1)).toThrow('pass those of one image');
    expect(() => topClasses(classes, [0.4, 0.6], -1)).toThrow('count must be a whole number, not -1');
    expect(() => topClasses(classes, [0.4, 0.6], Number.NaN)).toThrow('count must be a whole number');
    expect(topClasses(classes, [0.4, 0.6], 5)).toHaveLength(2);
    expect(topClasses(classes, [0.4, 0.6], 0)).toEqual([]);
  });
});
