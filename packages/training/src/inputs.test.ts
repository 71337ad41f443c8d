// Datasets, labels and tensors that don't fit: the error says what was expected, and none is TensorFlow.js's.
import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import { batches, checkDataset, type Dataset, subset } from '@resnetjs/data';
import { adam, parameterSettings } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { softmaxCrossEntropy } from './loss.js';
import { applyGradients, disposeOptimizerState, initialOptimizerState } from './optimizer.js';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';

beforeAll(() => tf.setBackend('cpu'));

/** What training and evaluation say of a dataset, which must be the same. */
async function refusal(data: Dataset): Promise<{ name: string; code: string; message: string }> {
  const classifier = tinyClassifier();
  const errors = [];
  for (const events of [train(classifier, data, { epochs: 1 }), evaluate(classifier, data)]) {
    errors.push(await events.next().catch((error) => error));
  }
  disposeVariables(classifier.variables);
  expect(errors[0].message).toBe(errors[1].message);
  return errors[0];
}

describe('a dataset', () => {
  it('without images is refused', async () => {
    expect(await refusal(subset(tinyData(), []))).toMatchObject({
      code: 'bad-data',
      message: 'The dataset has no images.',
    });
  });

  it.each([3, 65_535, -1, 0.5, Number.NaN])('with the label %d is refused, by its image', async (label) => {
    const labels = Array.from(tinyData().labels).with(5, label) as unknown as Uint16Array;
    const data = { ...tinyData(), labels };
    expect(await refusal(data)).toMatchObject({
      code: 'bad-data',
      message: `Image 5 has label ${label}, but there are 3 classes (labels 0 to 2).`,
    });
    expect(() => checkDataset(data)).toThrow(`image 5 has label ${label}`);
  });

  it('whose read gives floats of 0 to 1 is refused: they would be divided again', async () => {
    const read = async (indices: ArrayLike<number>) =>
      new Float32Array(indices.length * 48) as unknown as Uint8Array;
    expect(await refusal({ ...tinyData(), read })).toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining('images must be a Uint8Array of levels from 0 to 255'),
    });
  });

  it.each([0, 47, 48])('whose read gives %d levels for 24 images is refused', async (length) => {
    const data = { ...tinyData(), read: async () => new Uint8Array(length) };
    const expected = `The dataset's read gave ${length} levels for 24 images of 4×4×3; it must give 1152.`;
    expect(await refusal(data)).toMatchObject({ code: 'bad-data', message: expected });
    await expect(batches(data, { batchSize: 24 }).next()).rejects.toThrow(expected);
  });
});

it.each<[logits: number[], labels: number[]]>([
  [[2, 1], [2]],
  [[2, 3], [3]],
  [[0, 3], [0]],
  [
    [2, 3],
    [2, 1],
  ],
  [[6], [6]],
])('the loss refuses logits %j with labels %j', (logits, labels) => {
  const wrong = tf.zeros(logits as [number, number]);
  const truth = tf.zeros(labels as [number], 'int32');
  expect(() => softmaxCrossEntropy(wrong as tf.Tensor2D, truth as tf.Tensor1D)).toThrow(
    `logits [batch, classes] of at least two classes, and labels [batch], not [${logits}] and [${labels}]`,
  );
  tf.dispose([wrong, truth]);
});

it('an optimizer step names the weight that lacks its gradient or its slots', () => {
  const { network, variables } = tinyClassifier();
  const { weights } = variables;
  const settings = parameterSettings(network, []);
  const state = initialOptimizerState(adam(), weights);
  const [first] = weights.keys();
  const rest = new Map([...weights].slice(1));
  const before = tf.memory().numTensors;
  const step = (gradients: typeof weights, slots: typeof state) => () =>
    applyGradients(adam(), settings, weights, gradients, slots);
  expect(step(rest, state)).toThrow(`${first} needs a weight, a gradient and adam's first and second`);
  expect(step(weights, { ...state, slots: {} })).toThrow(`${first} needs a weight`);
  expect(tf.memory().numTensors).toBe(before);
  disposeOptimizerState(state);
  disposeVariables(variables);
});
