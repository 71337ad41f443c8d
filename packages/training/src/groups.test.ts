import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import { adam, type ParameterGroup, sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import { disposeCheckpoint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

const base = { epochs: 2, batchSize: 10, seed: 3, validation: tinyData(12) };

/** Every variable and slot after a training with these groups. */
async function trained(
  groups: readonly ParameterGroup[],
  optimizer = adam() as ReturnType<typeof adam | typeof sgd>,
) {
  const tensors = tf.memory().numTensors;
  const classifier = tinyClassifier();
  const values = (map: ReadonlyMap<string, tf.Tensor>) =>
    new Map([...map].map(([id, tensor]) => [id, [...tensor.dataSync()]]));
  const all = () =>
    new Map([...values(classifier.variables.weights), ...values(classifier.variables.statistics)]);
  const before = all();
  const slots: string[] = [];
  const losses: number[] = [];
  for await (const event of train(classifier, tinyData(), { ...base, groups, optimizer })) {
    if (event.event === 'step') losses.push(event.loss);
    if (event.event !== 'checkpoint' || event.epoch !== 2) continue;
    const checkpoint = event.capture();
    slots.push(...Object.values(checkpoint.state.optimizer.slots).flatMap((slot) => [...slot.keys()]));
    disposeCheckpoint(checkpoint);
  }
  const after = all();
  disposeVariables(classifier.variables);
  expect(tf.memory().numTensors).toBe(tensors);
  const changed = [...after].filter(([id, now]) => String(now) !== String(before.get(id))).map(([id]) => id);
  return { before, after, changed, slots, losses };
}

describe.each([
  ['adam', adam({ learningRate: 1e-3 })],
  ['sgd', sgd({ learningRate: 0.05 })],
])('parameter groups, %s', (_name, optimizer) => {
  it('frozen: weights and running statistics keep their bits, and the optimizer keeps nothing for them', async () => {
    const { changed, slots, after } = await trained([{ match: { id: 'stage0.*' }, frozen: true }], optimizer);
    const others = [...after.keys()].filter((id) => !id.startsWith('stage0.'));
    expect(changed.sort()).toEqual(others.sort());
    const learned = others.filter((id) => !/mean|variance/.test(id));
    expect([...new Set(slots)].sort()).toEqual(learned.sort());
  });

  it('a frozen bias alone leaves its normalizations in training', async () => {
    const { changed, after } = await trained([{ match: { role: 'bias' }, frozen: true }], optimizer);
    const biases = [...after.keys()].filter((id) => id.endsWith('.bias'));
    expect(biases.length).toBeGreaterThan(0);
    expect(changed.sort()).toEqual([...after.keys()].filter((id) => !biases.includes(id)).sort());
  });

  it('all frozen: the loss of a batch depends on its images alone', async () => {
    const { changed, losses } = await trained([{ match: {}, frozen: true }], optimizer);
    expect(changed).toEqual([]);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('a factor of the rate moves those weights alone, in the first step by as much', async () => {
    const first = { ...base, epochs: 1, batchSize: 24 };
    const moves = async (groups: readonly ParameterGroup[]) => {
      const classifier = tinyClassifier();
      const before = new Map([...classifier.variables.weights].map(([id, t]) => [id, [...t.dataSync()]]));
      for await (const _ of train(classifier, tinyData(), { ...first, groups, optimizer }));
      const moved = new Map(
        [...classifier.variables.weights].map(([id, t]) => [
          id,
          [...t.dataSync()].map((value, index) => value - (before.get(id)?.[index] as number)),
        ]),
      );
      disposeVariables(classifier.variables);
      return moved;
    };
    const plain = await moves([]);
    const scaled = await moves([{ match: { op: 'dense' }, learningRateFactor: 4 }]);
    for (const [id, move] of plain) {
      const factor = id.startsWith('head.4') ? 4 : 1;
      move.forEach((value, index) => {
        expect(scaled.get(id)?.[index], id).toBeCloseTo(factor * value, 5);
      });
    }
  });
});

it('refuses a group that matches no weight', async () => {
  const classifier = tinyClassifier();
  const groups = [{ match: { id: 'stage7.*' }, frozen: true }];
  await expect(train(classifier, tinyData(), { groups }).next()).rejects.toThrow(
    /matches no weight of preact\/tiny/,
  );
  disposeVariables(classifier.variables);
});
