import '@tensorflow/tfjs-backend-cpu';
import { type Classifier, disposeVariables } from '@resnetjs/core';
import { adam, type Checkpoint, createRecipe, parseAugmentations, sgd } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointModel } from './averaging.js';
import { findLearningRate } from './find-learning-rate.js';
import { stepBatches } from './step-batches.js';
import type { StepBatch } from './step-sum.js';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import type { TrainEvent, UnaveragedFigures } from './train-events.js';
import type { TrainOptions } from './train-options.js';
import { disposeCheckpoint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

const base: TrainOptions = { epochs: 2, batchSize: 8, seed: 3, optimizer: sgd({ learningRate: 0.05 }) };

const valuesOf = ({ variables }: Classifier) =>
  new Map([...variables.weights].map(([id, tensor]) => [id, [...tensor.dataSync()]]));

/** Trains the tiny network; `onEvent` may look at it after each event. */
async function trained(
  options: TrainOptions,
  onEvent: (event: TrainEvent, classifier: Classifier) => void = () => {},
) {
  const tensors = tf.memory().numTensors;
  const classifier = tinyClassifier();
  const events: TrainEvent[] = [];
  try {
    for await (const event of train(classifier, tinyData(), { ...base, ...options })) {
      events.push(event);
      onEvent(event, classifier);
    }
    return { events, values: valuesOf(classifier) };
  } finally {
    disposeVariables(classifier.variables);
    expect(tf.memory().numTensors).toBe(tensors);
  }
}

const rates = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.event === 'step' ? [event.learningRate] : []));

describe('accumulation', () => {
  it('adds up the gradients of a step: the mean over all its images', async () => {
    // Without normalizations in training, a step over two batches is one over both at once.
    const fixed = [{ match: { op: 'norm' as const }, frozen: true }];
    const whole = await trained({ batchSize: 12, groups: fixed });
    const parts = await trained({ batchSize: 6, accumulate: 2, groups: fixed });
    const unequal = await trained({ batchSize: 8, accumulate: 3, groups: fixed });
    const all = await trained({ batchSize: 24, groups: fixed });
    for (const [one, other] of [
      [whole, parts],
      [all, unequal],
    ] as const) {
      expect(rates(one.events)).toHaveLength(rates(other.events).length);
      for (const [id, values] of one.values) {
        (other.values.get(id) as number[]).forEach((value, i) => {
          expect(Math.abs(value - (values[i] as number))).toBeLessThan(2e-6);
        });
      }
    }
  });
});

describe('balanced sampling', () => {
  it('augments an image anew when it comes again', async () => {
    const few = { ...tinyData(), labels: new Uint16Array(24).fill(1, 0, 1) }; // one image of the second class
    const recipe = createRecipe({
      ...base,
      ...{ batchSize: 24, sampling: 'balanced', augment: parseAugmentations('translate=0.5') },
    });
    const order = Uint32Array.from({ length: 24 }, (_, place) => (place % 2 ? place : 0));
    for await (const { batches } of stepBatches(few, { recipe, epoch: 1, step: 0, order })) {
      const [{ images }] = batches as [StepBatch];
      const shown = [...order.keys()].filter((place) => order[place] === 0);
      expect(
        new Set(shown.map((row) => String(images.slice(48 * row, 48 * (row + 1))))).size,
      ).toBeGreaterThan(5);
    }
  });
});

it('weights for other classes are refused, and leave no tensor behind', async () => {
  const tensors = tf.memory().numTensors;
  const classifier = tinyClassifier();
  const options = { classWeights: [1, 2], groups: [{ match: { id: 'stage0.*' }, frozen: true }] };
  for (const begin of [train, findLearningRate]) {
    await expect(begin(classifier, tinyData(), options).next()).rejects.toThrow(
      '2 class weights for 3 classes',
    );
  }
  disposeVariables(classifier.variables);
  expect(tf.memory().numTensors).toBe(tensors);
});

describe('clipping', () => {
  it('clips the gradient of the L2 penalty, too', async () => {
    const initial = tinyClassifier();
    const before = valuesOf(initial);
    disposeVariables(initial.variables);
    const { values } = await trained({
      ...{ epochs: 1, batchSize: 24, clipNorm: 1e-3, optimizer: sgd({ learningRate: 1, momentum: 0 }) },
      groups: [{ match: { role: 'kernel' }, l2: 0.1 }],
    });
    const moved = [...values].flatMap(([id, now]) =>
      now.map((each, i) => each - (before.get(id)?.[i] as number)),
    );
    expect(Math.hypot(...moved)).toBeCloseTo(1e-3, 6);
  });
});

describe('a rollback', () => {
  const optimizer = sgd({ learningRate: 1e30 });
  const bad = { epochs: 2, batchSize: 24, onNonFinite: 'rollback', optimizer } as const;

  it('restores statistics that are finite, so that what is saved next can be', async () => {
    const finite: boolean[] = [];
    const run = trained({ ...bad, validation: tinyData(12), checkpointEvery: 1 }, (event, { variables }) => {
      if (event.event !== 'rollback' && event.event !== 'checkpoint') return;
      for (const each of variables.statistics.values())
        finite.push([...each.dataSync()].every(Number.isFinite));
    });
    await expect(run).rejects.toThrow('validation loss became NaN');
    expect(finite.length).toBeGreaterThan(5);
    expect(finite).not.toContain(false);
  });

  it('tries an epoch again whose last step did the damage', async () => {
    const epochs: number[] = [];
    const run = trained(bad, (event) => {
      if (event.event === 'rollback') epochs.push(event.epoch);
    });
    await expect(run).rejects.toThrow('after epoch 1');
    expect(epochs).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('averaging', () => {
  it('ends with the average of the weights, and validates that', async () => {
    const weights: Map<string, number[]>[] = [];
    const validation = tinyData(12);
    const { events, values } = await trained({ averaging: 0.9, validation }, (event, classifier) => {
      if (event.event === 'step') weights.push(valuesOf(classifier));
    });
    const initial = tinyClassifier();
    const expected = valuesOf(initial);
    disposeVariables(initial.variables);
    weights.forEach((now, index) => {
      const kept = Math.min(0.9, (1 + index + 1) / (10 + index + 1));
      for (const [id, average] of expected) {
        expected.set(
          id,
          average.map((value, i) => kept * value + (1 - kept) * ((now.get(id) as number[])[i] as number)),
        );
      }
    });
    for (const [id, average] of expected) {
      (values.get(id) as number[]).forEach((value, i) => {
        expect(Math.abs(value - (average[i] as number))).toBeLessThan(1e-6);
      });
    }
    const plain = await trained({ validation });
    const losses = (all: readonly TrainEvent[]) =>
      all.flatMap((event) => (event.event === 'validation' ? [event.loss] : []));
    expect(losses(events)).not.toEqual(losses(plain.events));
    // What isn't averaged is validated beside it, and is as it would be without.
    const figures = ({ loss, accuracy }: UnaveragedFigures) => ({ loss, accuracy });
    const beside = events.flatMap((event) => (event.event === 'validation' ? [event.unaveraged] : []));
    expect(beside).toEqual(
      plain.events.flatMap((event) => (event.event === 'validation' ? [figures(event)] : [])),
    );
  });

  it("a checkpoint's model is what the training would end with", async () => {
    let last: Checkpoint | null = null;
    const { values } = await trained({ averaging: 0.9, epochs: 1 }, (event) => {
      if (event.event !== 'checkpoint') return;
      last = event.capture();
      const model = checkpointModel(last);
      expect(valuesOf(model)).not.toEqual(valuesOf(last.classifier));
      disposeVariables(model.variables);
      disposeCheckpoint(last);
    });
    expect(last).not.toBeNull();
    let model: Map<string, number[]> | null = null;
    await trained({ averaging: 0.9, epochs: 1 }, (event) => {
      if (event.event !== 'checkpoint') return;
      const checkpoint = event.capture();
      const averaged = checkpointModel(checkpoint);
      model = valuesOf(averaged);
      disposeVariables(averaged.variables);
      disposeCheckpoint(checkpoint);
    });
    expect(model).toEqual(values);
  });
});

describe('patience', () => {
  it('ends the training after so many epochs without a better validation', async () => {
    // With such a tiny rate nothing gets better but the loss, by rounding or not at all.
    const { events } = await trained({
      ...{ epochs: 30, patience: 3, validation: tinyData(12) },
      optimizer: sgd({ learningRate: 1e-30, momentum: 0 }),
      statistics: 'running',
      groups: [{ match: { op: 'norm' }, frozen: true }],
    });
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', completed: true, epochs: 4, best: { epoch: 1 } });
  });

  it('needs validation images', async () => {
    await expect(trained({ patience: 3 })).rejects.toThrow('give validation images');
  });
});

describe('a loss that is not finite', () => {
  /** Makes a weight NaN after the second step of epoch 2, `times` times. */
  const poison = (times: number) => {
    let left = times;
    return (event: TrainEvent, { variables }: Classifier) => {
      if (event.event !== 'step' || event.epoch !== 2 || event.step !== 2 || left-- <= 0) return;
      const [id, tensor] = [...variables.weights][0] as [string, tf.Tensor];
      (variables.weights as Map<string, tf.Tensor>).set(id, tf.mul(tensor, Number.NaN));
      tensor.dispose();
    };
  };
  const options: TrainOptions = {
    epochs: 3,
    onNonFinite: 'rollback',
    optimizer: adam({ learningRate: 0.01 }),
  };

  it('takes the training back to the start of the epoch, with half the learning rate', async () => {
    const { events } = await trained(options, poison(1));
    const told = events.flatMap((event) =>
      event.event === 'step' || event.event === 'rollback'
        ? [`${event.event} ${event.epoch}.${event.step} ${event.learningRate}`]
        : [],
    );
    const steps = (epoch: number, rate: number, count = 3) =>
      Array.from({ length: count }, (_, index) => `step ${epoch}.${index + 1} ${rate}`);
    expect(told).toEqual([
      ...steps(1, 0.01),
      ...steps(2, 0.01, 2),
      'rollback 2.3 0.005',
      ...steps(2, 0.005),
      ...steps(3, 0.005),
    ]);
    const losses = events.flatMap((event) => (event.event === 'step' ? [event.loss] : []));
    expect(losses[5]).toBe(losses[3]); // the same images under the same weights
  });

  it('resumes to the bit, from before it and after it', async () => {
    const saved: Checkpoint[] = [];
    const once = poison(1);
    const classifier = tinyClassifier();
    for await (const event of train(classifier, tinyData(), { ...base, ...options, checkpointEvery: 1 })) {
      once(event, classifier);
      if (event.event === 'checkpoint') saved.push(event.capture());
    }
    const whole = valuesOf(classifier);
    disposeVariables(classifier.variables);
    expect(saved).toHaveLength(14);
    for (const [index, { classifier, state }] of saved.entries()) {
      const again = poison(index < 5 ? 1 : 0); // the sixth has the NaN already
      for await (const event of train(classifier, tinyData(), { ...base, ...options, resume: state })) {
        again(event, classifier);
      }
      expect(valuesOf(classifier), `from checkpoint ${index}`).toEqual(whole);
      disposeVariables(classifier.variables);
    }
  });

  it('ends the training where rolling back does not help', async () => {
    await expect(trained(options, poison(100))).rejects.toThrow('The loss became NaN at step 3 of epoch 2');
  });
});
