import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import type { Checkpoint, TrainingState } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import { checkResumed, disposeCheckpoint, fingerprint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

describe('the fingerprint of images', () => {
  const of = (...labels: number[]) => fingerprint({ labels: Uint16Array.from(labels) } as unknown as Dataset);

  it('is the FNV-1a of the labels, two bytes each', () => {
    let hash = 0x811c9dc5n;
    for (const byte of [0x34, 0x12, 0xff, 0x00, 0x00, 0xff])
      hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffff_ffffn;
    expect(of(0x1234, 0xff, 0xff00)).toEqual({ images: 3, labels: hash.toString(16).padStart(8, '0') });
    expect(of()).toEqual({ images: 0, labels: '811c9dc5' });
  });

  it('is another for another label, order or number', () => {
    const found = [of(1, 2), of(2, 1), of(1, 258), of(257, 2), of(1, 2, 0), of(0, 1, 2)];
    expect(new Set(found.map(({ labels }) => labels)).size).toBe(6);
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
