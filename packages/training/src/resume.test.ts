import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, type Network } from '@resnetjs/core';
import { adam, type Checkpoint, mixing, parseAugmentations, sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tinyClassifier, tinyData, tinyNetwork } from './tiny.test-support.js';
import { train } from './train.js';
import type { TrainEvent } from './train-events.js';
import type { TrainOptions } from './train-options.js';
import { disposeCheckpoint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

const base: TrainOptions = {
  epochs: 3,
  batchSize: 10,
  seed: 5,
  optimizer: adam({ learningRate: 0.02 }),
  validation: tinyData(12),
  checkpointEvery: 1,
};

const thorough = process.env.RESNETJS_THOROUGH === '1';

/** Everything that a checkpoint holds, as plain values. Disposes of it. */
function release(checkpoint: Checkpoint) {
  const { classifier, state } = checkpoint;
  const values = (map: ReadonlyMap<string, tf.Tensor>) =>
    [...map].map(([id, tensor]) => [id, [...tensor.dataSync()]]);
  const { weights, statistics } = classifier.variables;
  const slots = Object.entries(state.optimizer.slots).map(([name, slot]) => [name, values(slot)]);
  const all = { weights: values(weights), statistics: values(statistics), slots, progress: state.progress };
  disposeCheckpoint(checkpoint);
  return JSON.stringify({ ...all, step: state.optimizer.step });
}

const { head } = tinyNetwork();
const withDropout = {
  ...tinyNetwork(),
  head: [...head.slice(0, -1), { op: 'dropout', rate: 0.5, per: 'value' }, ...head.slice(-1)],
} as const;
let network: Network = tinyNetwork();

interface Outcome {
  readonly model: string;
  readonly kinds: readonly string[];
  readonly events: readonly TrainEvent[];
}

/** Trains until `leave` returns true for an event; returns the last checkpoint up to there. */
async function run(
  options: TrainOptions,
  from: Checkpoint | null,
  leave: (event: TrainEvent) => boolean = () => false,
): Promise<{ last: Checkpoint | null; outcome: Outcome | null }> {
  const classifier = from?.classifier ?? tinyClassifier(network);
  let last: Checkpoint | null = null;
  const events: TrainEvent[] = [];
  let left = false;
  for await (const event of train(classifier, tinyData(), {
    ...options,
    ...(from ? { resume: from.state } : {}),
  })) {
    events.push(event);
    if (event.event === 'checkpoint') {
      if (last) disposeCheckpoint(last);
      last = event.capture();
    }
    left = leave(event);
    if (left) break;
  }
  if (left) {
    disposeVariables(classifier.variables);
    return { last, outcome: null };
  }
  const { weights, statistics } = classifier.variables;
  const model = JSON.stringify(
    [...weights, ...statistics].map(([id, tensor]) => [id, [...tensor.dataSync()]]),
  );
  disposeVariables(classifier.variables);
  return { last, outcome: { model, kinds: events.map(({ event }) => event), events } };
}

describe.each<[string, TrainOptions]>([
  ['adam, precise statistics', base],
  ['adam, cosine', { ...base, schedule: 'cosine' }],
  ['sgd, running statistics', { ...base, optimizer: sgd({ learningRate: 0.05 }), statistics: 'running' }],
  ['the block frozen', { ...base, groups: [{ match: { id: 'stage0.*' }, frozen: true }] }],
  ['with dropout', base],
  [
    'everything switched on',
    {
      ...base,
      ...{ batchSize: 5, accumulate: 2, warmup: 0.5, schedule: 'cosine', clipNorm: 0.5, averaging: 0.9 },
      ...{ labelSmoothing: 0.1, classWeights: 'balanced', sampling: 'balanced', onNonFinite: 'rollback' },
      augment: parseAugmentations('crop,flip,color=0.2,trivialAugment,erase'),
      mixing: mixing({ mixup: 0.3, cutmix: 1, probability: 0.8 }),
      groups: [{ match: { role: 'kernel' }, decay: 0.05 }],
      optimizer: sgd({ learningRate: 0.05, nesterov: true }),
    },
  ],
])('training that is interrupted and resumed: %s', (name, options) => {
  beforeEach(() => {
    network = name === 'with dropout' ? withDropout : tinyNetwork();
  });
  afterEach(() => {
    network = tinyNetwork();
  });

  it('ends with the same model and state, from every checkpoint', async () => {
    const tensors = tf.memory().numTensors;
    const saved: Checkpoint[] = [];
    const whole = await run(options, null, (event) => {
      if (event.event === 'checkpoint') saved.push(event.capture());
      return false;
    });
    const state = release(whole.last as Checkpoint);
    expect(saved).toHaveLength(12);
    for (const [index, each] of saved.entries()) {
      if (!thorough && index % 3 > 0) {
        disposeCheckpoint(each); // all twelve with RESNETJS_THOROUGH=1
        continue;
      }
      const rest = await run(options, each);
      expect(rest.outcome?.model === whole.outcome?.model, `resumed from checkpoint ${index}`).toBe(true);
      // After the last one there is nothing left to do, so nothing to save.
      if (rest.last) expect(release(rest.last) === state).toBe(true);
      expect(rest.outcome?.events.at(-1)).toEqual(whole.outcome?.events.at(-1));
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('ends with the same model when it is interrupted at each checkpoint', async () => {
    const whole = await run(options, null);
    let from: Checkpoint | null = null;
    for (let left = 0; left < 13; left++) {
      const next: Awaited<ReturnType<typeof run>> = await run(
        options,
        from,
        ({ event }) => event === 'checkpoint',
      );
      from = next.last;
      if (next.outcome) expect(next.outcome.model === whole.outcome?.model).toBe(true);
      expect(next.outcome === null).toBe(left < 12);
    }
  });
});

describe('a checkpoint', () => {
  it('comes every `checkpointEvery` steps and at the end of each epoch', async () => {
    const { outcome, last } = await run({ ...base, checkpointEvery: 4 }, null);
    const at = outcome?.events.flatMap((event) =>
      event.event === 'checkpoint' ? [`${event.at} ${event.epoch} ${event.steps}`] : [],
    );
    expect(at).toEqual(['epoch 1 3', 'step 2 4', 'epoch 2 6', 'step 3 8', 'epoch 3 9']);
    disposeCheckpoint(last as Checkpoint);
    const { checkpointEvery: _, ...without } = base;
    const plain = await run(without, null);
    expect(plain.outcome?.kinds.filter((kind) => kind === 'checkpoint')).toHaveLength(3);
    disposeCheckpoint(plain.last as Checkpoint);
  });

  it('is offered where the signal stops the training, before the statistics for the model are estimated', async () => {
    const whole = await run(base, null);
    for (const at of ['step', 'validation', 'statistics'] as const) {
      const controller = new AbortController();
      const classifier = tinyClassifier();
      let stop: Checkpoint | null = null;
      const { checkpointEvery: _, ...options } = { ...base, signal: controller.signal };
      for await (const event of train(classifier, tinyData(), options)) {
        const where = event.event === 'progress' ? event.of : event.event;
        if (where === at && event.event !== 'validation' && 'epoch' in event && event.epoch === 2)
          controller.abort();
        if (event.event === 'checkpoint' && event.at === 'stop') stop = event.capture();
        if (event.event === 'done') expect(event.completed).toBe(false);
      }
      const resumed = await run(base, stop);
      expect(resumed.outcome?.model === whole.outcome?.model, at).toBe(true);
    }
  });

  it('takes no memory until training continues, and then keeps its values', async () => {
    const classifier = tinyClassifier();
    let kept: Checkpoint | null = null;
    let before = '';
    for await (const event of train(classifier, tinyData(), base)) {
      if (event.event !== 'checkpoint' || kept) continue;
      const { numDataBuffers } = tf.memory();
      kept = event.capture();
      before = release(event.capture());
      expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    }
    expect(release(kept as unknown as Checkpoint)).toBe(before);
    disposeVariables(classifier.variables);
  });

  it('resumes to more epochs, as if they had been asked for from the start', async () => {
    const longer = await run({ ...base, epochs: 4 }, null);
    const first = await run({ ...base, epochs: 2 }, null);
    const second = await run({ ...base, epochs: 4 }, first.last);
    expect(second.outcome?.model === longer.outcome?.model).toBe(true);
  });

  it('of a finished training gives its model again', async () => {
    const whole = await run(base, null);
    const again = await run(base, whole.last);
    expect(again.outcome?.kinds).toEqual(['done']);
    expect(again.outcome?.model === whole.outcome?.model).toBe(true);
  });
});

describe('resuming refuses', () => {
  const { validation: _, ...unvalidated } = base;
  it.each<[string, TrainOptions, RegExp]>([
    ['another seed', { ...base, seed: 6 }, /began with seed 5 and can't resume with 6/],
    ['another batch size', { ...base, batchSize: 8 }, /began with batchSize 10/],
    [
      'another optimizer',
      { ...base, optimizer: adam() },
      /began with optimizer .*0\.02.* can't resume with .*0\.001/,
    ],
    ['another schedule', { ...base, schedule: 'cosine' }, /began with schedule "constant"/],
    ['other statistics', { ...base, statistics: 'running' }, /began with statistics "precise"/],
    [
      'other validation',
      { ...base, validation: tinyData(9) },
      /validation images are not those .* there were 12, and now there are/,
    ],
    ['no validation', unvalidated, /now there are none/],
    ['fewer epochs than are done', { ...base, epochs: 1 }, /is already in epoch 3, .* Ask for at least 3/],
  ])('%s', async (_what, options, message) => {
    const tensors = tf.memory().numTensors;
    const { last } = await run(base, null);
    await expect(run(options, last)).rejects.toThrow(message);
    disposeVariables((last as Checkpoint).classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('more epochs under a cosine learning-rate schedule, which spans all of them', async () => {
    const options = { ...base, schedule: 'cosine' } as const;
    const { last } = await run(options, null);
    await expect(run({ ...options, epochs: 4 }, last)).rejects.toThrow(
      /began with epochs 3 .* its cosine learning-rate schedule spans all of them/,
    );
    disposeVariables((last as Checkpoint).classifier.variables);
  });

  it('other images', async () => {
    const { last } = await run(base, null);
    const { classifier, state } = last as Checkpoint;
    const other = {
      ...tinyData(),
      labels: Uint16Array.from({ length: 24 }, (_each, index) => (index + 1) % 3),
    };
    const training = train(classifier, other, { ...base, resume: state });
    await expect(training.next()).rejects.toThrow(
      /training images are not those .* the classes of some, or their order, are others/,
    );
    disposeVariables(classifier.variables);
  });

  it('a state that contradicts itself', async () => {
    const { last } = await run(base, null);
    const { classifier, state } = last as Checkpoint;
    const progress = { ...state.progress, step: 1 };
    const training = train(classifier, tinyData(), { ...base, resume: { ...state, progress } });
    await expect(training.next()).rejects.toThrow(/contradicts itself/);
    disposeVariables(classifier.variables);
  });
});
