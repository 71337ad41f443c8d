import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import { type Dataset, subset } from '@resnetjs/data';
import type { Checkpoint, TrainingState } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import { checkResumed, disposeCheckpoint, fingerprint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

describe('the fingerprint of images', () => {
  const of = (...labels: number[]) => fingerprint({ labels: Uint16Array.from(labels) } as unknown as Dataset);

  it('is the FNV-1a of the labels, two bytes each', async () => {
    let hash = 0x811c9dc5n;
    for (const byte of [0x34, 0x12, 0xff, 0x00, 0x00, 0xff])
      hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffff_ffffn;
    expect(await of(0x1234, 0xff, 0xff00)).toEqual({ images: 3, labels: hash.toString(16).padStart(8, '0') });
    expect(await of()).toEqual({ images: 0, labels: '811c9dc5' });
  });

  it('is another for another label, order or number', async () => {
    const found = await Promise.all([of(1, 2), of(2, 1), of(1, 258), of(257, 2), of(1, 2, 0), of(0, 1, 2)]);
    expect(new Set(found.map(({ labels }) => labels)).size).toBe(6);
  });
});

/** The images of `tinyData`, each recognized by a word. */
const identified = (words: string, labels?: readonly number[]): Dataset => ({
  ...tinyData(),
  ...(labels && { labels: Uint16Array.from(labels) }),
  identify: async () => words.split(' ').map((content, index) => ({ name: `${index}`, content })),
});
const words = Array.from({ length: 24 }, (_, i) => `image${i}`);
const began = identified(words.join(' '));

describe('a training resumes', () => {
  async function resumed(before: Dataset, now: Dataset, validation = false): Promise<string> {
    const classifier = tinyClassifier();
    const options = { epochs: 2, batchSize: 12 };
    let checkpoint: Checkpoint | undefined;
    const unseen = (data: Dataset) => (validation ? { validation: data } : {});
    for await (const event of train(classifier, validation ? began : before, {
      ...options,
      ...unseen(before),
    })) {
      if (event.event !== 'checkpoint') continue;
      checkpoint = event.capture();
      break;
    }
    disposeVariables(classifier.variables);
    const { classifier: saved, state } = checkpoint as Checkpoint;
    const images = validation ? began : now;
    try {
      for await (const event of train(saved, images, { ...options, ...unseen(now), resume: state })) {
        if (event.event !== 'checkpoint') continue;
        const next = event.capture();
        disposeCheckpoint(next);
        return next.state.progress.data.content ? 'identified' : 'yes';
      }
      return 'no checkpoint';
    } catch (error) {
      return (error as Error).message;
    } finally {
      disposeVariables(saved.variables);
    }
  }
  const swapped = words.with(0, 'image3').with(3, 'image0'); // both of class 0
  const exchanged = words.with(0, 'image1').with(1, 'image0'); // of classes 0 and 1
  const labels = Array.from({ length: 24 }, (_, i) => (i === 23 ? 0 : i % 3));

  it.each<[string, Dataset, RegExp]>([
    ['the same images', identified(words.join(' ')), /^identified$/],
    [
      'another order',
      identified(swapped.join(' ')),
      /training images are not .*they are the same, but in another order/,
    ],
    [
      'other content',
      identified(words.with(5, 'other').join(' ')),
      /some have other content, or are in another class/,
    ],
    [
      'images of two classes exchanged',
      identified(exchanged.join(' ')),
      /some have other content, or are in another class/,
    ],
    ['another class', identified(words.join(' '), labels), /the classes of some, or their order, are others/],
    ['fewer images', subset(began, [...words.keys()].slice(1)), /there were 24, and now there are 23/],
    ['images that are not identified', tinyData(), /^yes$/],
  ])('with %s: whether it does, and why not', async (_, now, outcome) => {
    expect(await resumed(began, now)).toMatch(outcome);
  });

  it('from a checkpoint of an older version, and identifies its images from then on', async () => {
    expect(await resumed(tinyData(), began)).toBe('identified');
  });

  it('with the same images for validation only', async () => {
    expect(await resumed(began, identified(swapped.join(' ')), true)).toMatch(
      /^The validation images are not/,
    );
  });
});

describe('a state', () => {
  async function saved(leaveAt: 'step' | 'epoch'): Promise<Checkpoint> {
    const classifier = tinyClassifier();
    let checkpoint: Checkpoint | undefined;
    for await (const event of train(classifier, tinyData(), {
      epochs: 3,
      batchSize: 10,
      checkpointEvery: 1,
    })) {
      if (event.event !== 'checkpoint' || event.at !== leaveAt || event.epoch !== 2) continue;
      checkpoint = event.capture();
      break;
    }
    disposeVariables(classifier.variables);
    return checkpoint as Checkpoint;
  }

  const refuses = ({ classifier, state }: Checkpoint, changed: TrainingState) =>
    expect(() => checkResumed(changed, classifier.variables.weights, state.progress)).toThrow(
      'contradicts itself',
    );

  it('has an epoch in its history only after all of its steps', async () => {
    const middle = await saved('step');
    const { progress } = middle.state;
    const [record] = progress.history;
    refuses(middle, {
      ...middle.state,
      progress: { ...progress, history: [record as never, record as never] },
    });
    disposeCheckpoint(middle);
  });

  it('has no more steps than an epoch, though everything else fits to them', async () => {
    const middle = await saved('step');
    const { progress, optimizer } = middle.state;
    const state = {
      progress: { ...progress, step: 4, totals: { ...progress.totals, images: 24 } },
      optimizer: { ...optimizer, step: 7 },
    };
    refuses(middle, state);
    disposeCheckpoint(middle);
  });

  it('has a tensor of the shape of each weight in each slot', async () => {
    const whole = await saved('epoch');
    const { optimizer } = whole.state;
    const { first, second } = optimizer.slots as Record<'first' | 'second', ReadonlyMap<string, tf.Tensor>>;
    const id = [...second.keys()].at(-1) as string;
    const turned = tf.zeros([3, (second.get(id) as tf.Tensor).size]);
    const fewer = new Map([...second].filter(([key]) => key !== id));
    for (const wrong of [new Map(second).set(id, turned), fewer, new Map(fewer).set('other', turned)])
      refuses(whole, { ...whole.state, optimizer: { ...optimizer, slots: { first, second: wrong } } });
    turned.dispose();
    disposeCheckpoint(whole);
  });

  it('that is refused is disposed of, as one that is taken', async () => {
    const tensors = tf.memory().numTensors;
    const { classifier, state } = await saved('epoch');
    const other = { epochs: 3, batchSize: 11, resume: state };
    await expect(train(classifier, tinyData(), other).next()).rejects.toThrow('batchSize');
    disposeVariables(classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
