import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ResNetError } from '../errors.js';
import type { ImageSource } from '../images/image-source.js';
import { createNetwork } from '../networks/catalogue.js';
import { createClassifier } from './classifier.js';
import { embedAll, predictAll } from './predict-all.js';
import { predict } from './predict.js';

beforeAll(() => tf.setBackend('cpu'));

const network = createNetwork('preact/resnet', { input: [8, 8, 3], classes: 3, blocks: 1 });
const levels = 8 * 8 * 3;
const imageOf = (index: number) => Uint8Array.from({ length: levels }, (_, i) => (i * 31 + index * 57) % 256);

/** Images of which those in `broken` can't be read. */
function source(count: number, broken: readonly number[] = []): ImageSource & { asked: unknown[] } {
  const ids = Array.from({ length: count }, (_, index) => `image ${index}`);
  const asked: unknown[] = [];
  return {
    ids,
    asked,
    async *batches({ shape, fitting, batchSize, from = 0, to = count }) {
      asked.push({ shape, fitting: { interpolation: fitting.interpolation, fit: fitting.fit }, batchSize });
      for (let start = from; start < to; start += batchSize) {
        const indices = Array.from({ length: Math.min(batchSize, to - start) }, (_, i) => start + i);
        const images = new Uint8Array(indices.length * levels);
        indices.forEach((index, i) => {
          if (!broken.includes(index)) images.set(imageOf(index), i * levels);
        });
        const failures = indices.flatMap((index, position) =>
          broken.includes(index) ? [{ position, error: new ResNetError('bad-file', `no ${index}`) }] : [],
        );
        yield { ids: indices.map((index) => ids[index] as string), images, failures };
      }
    },
  };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('predictAll', () => {
  it('gives what predict gives, however images are cut into batches, and nothing for those that failed', async () => {
    const classifier = createClassifier(network, { classes: ['a', 'b', 'c'], seed: 3 });
    const before = tf.memory().numTensors;
    const expected = await predict(
      classifier,
      Uint8Array.from([0, 1, 2, 3, 4].flatMap((i) => [...imageOf(i)])),
    );
    for (const batchSize of [1, 2, 3, 8]) {
      const images = source(5, [3]);
      const answers = await collect(predictAll(classifier, images, { batchSize }));
      expect(images.asked).toEqual([
        { shape: [8, 8, 3], fitting: { interpolation: 'bilinear', fit: 'fill' }, batchSize },
      ]);
      expect(answers.map(({ index, id }) => [index, id])).toEqual(images.ids.map((id, index) => [index, id]));
      answers.forEach((answer, index) => {
        if (index === 3) expect(answer.error?.message).toBe('no 3');
        else
          for (const [i, value] of expected[index]?.entries() ?? [])
            expect(answer.probabilities?.[i]).toBeCloseTo(value, 6);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('begins and ends where it is told, frees everything where its reader leaves, and stops on a signal', async () => {
    const classifier = createClassifier(network, { classes: ['a', 'b', 'c'], seed: 3 });
    const before = tf.memory().numTensors;
    const part = await collect(predictAll(classifier, source(9), { batchSize: 2, from: 3, to: 8 }));
    expect(part.map(({ index }) => index)).toEqual([3, 4, 5, 6, 7]);
    for await (const { index } of predictAll(classifier, source(9), { batchSize: 2 })) if (index === 2) break;
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { index } of predictAll(classifier, source(9), { batchSize: 2, signal: stop.signal })) {
      seen.push(index);
      stop.abort();
    }
    expect(seen).toEqual([0, 1]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a whole batch that failed, and refuses odd options and values that are not finite', async () => {
    const classifier = createClassifier(network, { classes: ['a', 'b', 'c'], seed: 3 });
    const answers = await collect(predictAll(classifier, source(4, [0, 1, 2, 3]), { batchSize: 2 }));
    expect(answers.map(({ error }) => error?.code)).toEqual(Array(4).fill('bad-file'));
    await expect(collect(predictAll(classifier, source(1), { batchSize: 0 }))).rejects.toMatchObject({
      code: 'bad-option',
    });
    const bias = [...classifier.variables.weights].at(-1) as [string, tf.Tensor];
    const weights = new Map(classifier.variables.weights).set(bias[0], tf.fill(bias[1].shape, Number.NaN));
    const diverged = { ...classifier, variables: { ...classifier.variables, weights } };
    await expect(collect(predictAll(diverged, source(2)))).rejects.toMatchObject({ code: 'not-finite' });
  });
});

describe('embedAll', () => {
  it('gives what the last layer takes, or the mean of a stage, of length 1 if asked for', async () => {
    const deeper = createNetwork('cifar/resnet20', { input: [8, 8, 3], classes: 3 });
    const classifier = createClassifier(deeper, { classes: ['a', 'b', 'c'], seed: 3 });
    const before = tf.memory().numTensors;
    const head = await collect(embedAll(classifier, source(3), { batchSize: 2 }));
    const widths = [0, 0, 0];
    for (const [stage] of widths.entries()) {
      const [first] = await collect(embedAll(classifier, source(1), { at: `stage${stage + 1}` }));
      widths[stage] = first?.vector?.length as number;
    }
    expect(widths).toEqual([16, 32, 64]);
    expect(head.map(({ vector }) => vector?.length)).toEqual([64, 64, 64]);
    const unit = await collect(embedAll(classifier, source(3), { normalize: true }));
    unit.forEach(({ vector }, index) => {
      const whole = head[index]?.vector ?? new Float32Array();
      for (const [i, value] of vector?.entries() ?? [])
        expect(value * Math.hypot(...whole)).toBeCloseTo(whole[i] as number, 5);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['stage0', 'stage9', 'stage', 'tail'])('refuses %s', async (at) => {
    const classifier = createClassifier(network, { classes: ['a', 'b', 'c'] });
    await expect(collect(embedAll(classifier, source(1), { at: at as 'head' }))).rejects.toThrow(
      /taken at head, or at stage1 to/,
    );
  });
});
