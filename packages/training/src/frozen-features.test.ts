import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, forward, type Network, preprocess } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { adam, type Checkpoint, type ParameterGroup, parseAugmentations } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './loss.js';
import { tinyClassifier, tinyData, tinyNetwork } from './tiny.test-support.js';
import { train } from './train.js';
import type { TrainEvent } from './train-events.js';
import type { TrainOptions } from './train-options.js';

beforeAll(() => tf.setBackend('cpu'));
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

const but = (id: string): readonly ParameterGroup[] => [
  { match: {}, frozen: true },
  { match: { id }, frozen: false },
];
const onlyDense = but('head.4.*');
const base: TrainOptions = {
  epochs: 2,
  batchSize: 5,
  seed: 3,
  optimizer: adam({ learningRate: 0.02 }),
  validation: tinyData(12),
  groups: onlyDense,
};

/** The tiny network with another block after its own, and dropout before its dense layer. */
const tiny = tinyNetwork();
const [blocks = []] = tiny.stages;
const deeper: Network = {
  ...tiny,
  stages: [blocks, blocks],
  head: [...tiny.head.slice(0, -1), { op: 'dropout', rate: 0.5, per: 'value' }, ...tiny.head.slice(-1)],
};

interface Outcome {
  readonly events: readonly TrainEvent[];
  /** Every variable, by its id. */
  readonly variables: Readonly<Record<string, readonly number[]>>;
  readonly last: Checkpoint | null;
}

const never = (_: TrainEvent): boolean => false;

async function trained(
  options: TrainOptions,
  { network = tiny, data = tinyData(), from = null as Checkpoint | null, until = never } = {},
): Promise<Outcome> {
  const classifier = from?.classifier ?? tinyClassifier(network);
  const events: TrainEvent[] = [];
  let last: Checkpoint | null = null;
  for await (const event of train(classifier, data, { ...options, ...(from && { resume: from.state }) })) {
    events.push(event);
    if (!until(event)) continue;
    if (event.event === 'checkpoint') last = event.capture();
    break;
  }
  const { weights, statistics } = classifier.variables;
  const variables = Object.fromEntries(
    [...weights, ...statistics].map(([id, tensor]) => [id, [...tensor.dataSync()]]),
  );
  disposeVariables(classifier.variables);
  return { events, variables, last };
}

/** What doesn't depend on how the features were come by. */
const figures = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => {
    if (event.event === 'step') return [event.loss, event.accuracy];
    return event.event === 'validation' ? [event.loss, event.accuracy] : [];
  });
const featuresIn = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.event === 'features' ? [event] : []));

describe('features of a frozen body', () => {
  it.each([
    ['all but the dense layer', tiny, onlyDense, 3 * 2 * 2],
    ['the head learns', tiny, but('head.*'), 4 * 4 * 3],
    ['dropout is not computed once', deeper, but('head.5.*'), 3 * 2 * 2],
    ['the second block learns', deeper, but('stage1.*'), 4 * 4 * 3],
  ] as const)(
    'give the same losses and weights kept as computed each time, to the bit: %s',
    async (...row) => {
      const [, network, groups, size] = row;
      const kept = await trained({ ...base, groups }, { network });
      const computed = await trained({ ...base, groups, featureBytes: 1 }, { network });
      expect(featuresIn(kept.events)).toEqual([
        { event: 'features', of: 'training', images: 24, bytes: 24 * size * 4, kept: true, why: null },
        { event: 'features', of: 'validation', images: 12, bytes: 12 * size * 4, kept: true, why: null },
      ]);
      expect(featuresIn(computed.events).map(({ kept, why }) => ({ kept, why }))).toEqual(
        Array(2).fill({ kept: false, why: 'memory' }),
      );
      expect(figures(kept.events)).toEqual(figures(computed.events));
      expect(kept.variables).toEqual(computed.variables);
    },
  );

  it('say how far their computation is', async () => {
    const { events } = await trained(base);
    const progress = events.flatMap((event) =>
      event.event === 'progress' && event.of === 'features' ? [[event.batch, event.batches]] : [],
    );
    expect(progress).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5],
      [5, 5],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    const first = events.findIndex(({ event }) => event === 'step');
    expect(events.slice(0, first).every(({ event }) => event === 'features' || event === 'progress')).toBe(
      true,
    );
  });

  it('are read once, and never for an image that is broken', async () => {
    const whole = tinyData();
    let reads = 0;
    const data: Dataset = {
      ...whole,
      isBroken: (index) => index === 7,
      read: (indices) => {
        reads += indices.length;
        return whole.read(indices);
      },
    };
    const { events } = await trained({ ...base, epochs: 3 }, { data });
    expect(reads).toBe(24);
    const computed = await trained({ ...base, epochs: 3, featureBytes: 1 }, { data });
    expect(reads).toBe(24 * 4);
    expect(figures(events)).toEqual(figures(computed.events));
  });

  it('of augmented images are computed each time, those of validation images once', async () => {
    const { events } = await trained({ ...base, augment: parseAugmentations('flip') });
    expect(featuresIn(events).map(({ of, kept, why }) => ({ of, kept, why }))).toEqual([
      { of: 'training', kept: false, why: 'random' },
      { of: 'validation', kept: true, why: null },
    ]);
  });

  it('leave validation images out where memory is for the training images alone', async () => {
    const { events } = await trained({ ...base, featureBytes: 24 * 12 * 4 + 100 });
    expect(featuresIn(events).map(({ kept }) => kept)).toEqual([true, false]);
  });

  it('are computed anew when a training resumes, which then equals one that was not paused', async () => {
    for (const network of [tiny, deeper]) {
      const groups = but(network === tiny ? 'head.4.*' : 'head.5.*');
      const options = { ...base, groups, averaging: 0.9, checkpointEvery: 1 };
      const whole = await trained(options, { network });
      const until = (event: TrainEvent) => event.event === 'checkpoint' && event.steps === 7;
      const paused = await trained(options, { network, until });
      const resumed = await trained(options, { network, from: paused.last });
      expect(resumed.variables).toEqual(whole.variables);
      expect(figures(whole.events).slice(-figures(resumed.events).length)).toEqual(figures(resumed.events));
    }
  });

  it('are those of inference, with running statistics that stay: precise or running', async () => {
    const classifier = tinyClassifier();
    const data = tinyData();
    const images = preprocess(classifier, await data.read([...data.labels.keys()]));
    const loss = tf.tidy(() => {
      const logits = forward(classifier.network, classifier.variables, images) as tf.Tensor2D;
      return softmaxCrossEntropy(logits, tf.tensor1d([...data.labels], 'int32')).loss;
    });
    for (const statistics of ['precise', 'running'] as const) {
      const { events, variables } = await trained({ ...base, batchSize: 24, statistics });
      const step = events.find((event) => event.event === 'step');
      expect(step?.event === 'step' && step.loss).toBeCloseTo(loss.dataSync()[0] as number, 5);
      for (const [id, tensor] of classifier.variables.statistics) {
        expect(variables[id], id).toEqual([...tensor.dataSync()]);
      }
      expect(events.some((event) => event.event === 'progress' && event.of === 'statistics')).toBe(false);
    }
    tf.dispose([images, loss]);
    disposeVariables(classifier.variables);
  });

  it('are none where the first layers learn, or nothing does', async () => {
    const some: readonly (readonly ParameterGroup[])[] = [[], but('stage0.*'), [{ match: {}, frozen: true }]];
    for (const groups of some) {
      const { events } = await trained({ ...base, epochs: 1, groups });
      expect(featuresIn(events)).toEqual([]);
    }
  });

  it('are not computed for a training that is over, and a signal stops their computation', async () => {
    const until = (event: TrainEvent) => event.event === 'checkpoint' && event.epoch === 2;
    const { last } = await trained(base, { until });
    const over = await trained(base, { from: last });
    expect(over.events.map(({ event }) => event)).toEqual(['done']);
    const controller = new AbortController();
    const stop = (event: TrainEvent) => {
      if (event.event === 'progress') controller.abort();
      return false;
    };
    const stopped = await trained({ ...base, signal: controller.signal }, { until: stop });
    expect(stopped.events.map(({ event }) => event)).toEqual(['features', 'progress', 'features', 'done']);
  });
});
