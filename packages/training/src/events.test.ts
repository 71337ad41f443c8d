// What a training and an evaluation report, number by number, where the last batch is short.
import '@tensorflow/tfjs-backend-cpu';
import { disposeTensors, disposeVariables, forward, predict, preprocess } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { adam, type Checkpoint, schedules } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageInputs } from './network-inputs.js';
import { estimateStatistics } from './estimate-statistics.js';
import { evaluate, type EvaluationEvent } from './evaluate.js';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import type { StepEvent, TrainEvent } from './train-events.js';
import type { TrainOptions } from './train-options.js';

beforeAll(() => tf.setBackend('cpu'));

async function eventsOf(
  options: TrainOptions,
  data = tinyData(),
  onEvent: (event: TrainEvent) => void = () => {},
) {
  const classifier = tinyClassifier();
  const events: TrainEvent[] = [];
  try {
    for await (const event of train(classifier, data, options)) {
      events.push(event);
      onEvent(event);
    }
  } finally {
    disposeVariables(classifier.variables);
  }
  return events;
}

const only = <Kind extends TrainEvent['event']>(events: readonly TrainEvent[], kind: Kind) =>
  events.filter((each): each is Extract<TrainEvent, { event: Kind }> => each.event === kind);

type ProgressEvent = Extract<TrainEvent, { event: 'progress' }>;
const isProgress = (event: TrainEvent, of: ProgressEvent['of']): event is ProgressEvent =>
  event.event === 'progress' && event.of === of;
const progressOf = (events: readonly TrainEvent[], of: ProgressEvent['of']) =>
  only(events, 'progress').filter((each) => each.of === of);

describe('a training reports', () => {
  it("each epoch's loss and accuracy over its images, not over its steps or over those of before", async () => {
    const events = await eventsOf(
      { epochs: 3, batchSize: 10, optimizer: adam({ learningRate: 0.02 }) },
      tinyData(23),
    );
    for (const epoch of only(events, 'epoch')) {
      const steps = only(events, 'step').filter((each) => each.epoch === epoch.epoch);
      expect(steps.map(({ step, stepsPerEpoch }) => [step, stepsPerEpoch])).toEqual([
        [1, 3],
        [2, 3],
        [3, 3],
      ]);
      const mean = (of: (step: (typeof steps)[number]) => number) =>
        steps.reduce((sum, each, i) => sum + of(each) * (i < 2 ? 10 : 3), 0) / 23;
      expect(epoch.loss).toBeCloseTo(
        mean(({ loss }) => loss),
        10,
      );
      expect(epoch.accuracy).toBeCloseTo(
        mean(({ accuracy }) => accuracy),
        10,
      );
    }
    expect(only(events, 'done')[0]).toMatchObject({ loss: only(events, 'epoch')[2]?.loss });
  });

  it('each batch of a validation, and the last validation at the end', async () => {
    const events = await eventsOf({
      epochs: 3,
      batchSize: 10,
      validation: tinyData(25),
      optimizer: adam({ learningRate: 0.02 }),
    });
    const third = progressOf(events, 'validation').filter(({ epoch }) => epoch === 3);
    expect(third.map(({ batch, batches }) => [batch, batches])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    const validations = only(events, 'validation');
    expect(new Set(validations.map(({ loss }) => loss)).size).toBe(3);
    const { loss, accuracy, images } = validations[2] as (typeof validations)[number];
    expect(only(events, 'done')[0]?.validation).toEqual({ loss, accuracy, images });
  });

  it('the epoch so far in each step, and the learning rate', async () => {
    const options = {
      epochs: 2,
      batchSize: 10,
      schedule: 'cosine',
      optimizer: adam({ learningRate: 0.02 }),
    } as const;
    const events = await eventsOf(options, tinyData(25));
    const steps = only(events, 'step');
    expect(steps.map(({ learningRate }) => learningRate)).toEqual(
      [0, 1, 2, 3, 4, 5].map((step) => 0.02 * schedules.cosine(step / 6)),
    );
    for (const epoch of only(events, 'epoch')) {
      const [one, two, three] = steps.filter((each) => each.epoch === epoch.epoch) as [
        StepEvent,
        StepEvent,
        StepEvent,
      ];
      expect([one.meanLoss, one.meanAccuracy]).toEqual([one.loss, one.accuracy]);
      expect(two.meanLoss).toBeCloseTo((one.loss + two.loss) / 2, 10);
      expect(two.meanAccuracy).toBeCloseTo((one.accuracy + two.accuracy) / 2, 10);
      expect([three.meanLoss, three.meanAccuracy]).toEqual([epoch.loss, epoch.accuracy]);
      expect(epoch.learningRate).toBe(three.learningRate);
    }
  });

  it('the best epoch: by accuracy, then by loss', async () => {
    const options = { epochs: 4, batchSize: 10, optimizer: adam({ learningRate: 0.05 }) };
    const events = await eventsOf({ ...options, validation: tinyData(25) });
    const validations = only(events, 'validation');
    let best = validations[0] as (typeof validations)[number];
    for (const each of validations) {
      const better =
        each.accuracy > best.accuracy || (each.accuracy === best.accuracy && each.loss < best.loss);
      expect(each.best).toBe(each === validations[0] || better);
      if (better) best = each;
    }
    const { epoch, loss, accuracy, images } = best;
    expect(only(events, 'done')[0]?.best).toEqual({ epoch, loss, accuracy, images });
  });

  it('precise statistics only before they are used', async () => {
    const kinds = (events: readonly TrainEvent[]) => [
      ...new Set(progressOf(events, 'statistics').map(({ epoch }) => epoch)),
    ];
    expect(kinds(await eventsOf({ epochs: 3, batchSize: 10 }))).toEqual([3]);
    expect(kinds(await eventsOf({ epochs: 3, batchSize: 10, validation: tinyData(9) }))).toEqual([1, 2, 3]);
    const running = { epochs: 2, batchSize: 10, statistics: 'running' } as const;
    expect(kinds(await eventsOf(running))).toEqual([]);
  });

  it.each([
    ['after steps, once more over eight batches at most', 1, 'step', 8],
    ['where they are of the current weights, not again', 1, 'validation', 12],
  ] as const)('precise statistics of a training that is stopped: %s', async (_, batchSize, when, count) => {
    const controller = new AbortController();
    const options = { epochs: 2, batchSize, validation: tinyData(3), signal: controller.signal };
    const events = await eventsOf(options, tinyData(12), ({ event }) => {
      if (event === when) controller.abort();
    });
    expect(progressOf(events, 'statistics')).toHaveLength(count);
    expect(events.at(-1)).toMatchObject({ event: 'done', completed: false });
  });

  it('precise statistics once more where steps followed the last ones', async () => {
    const controller = new AbortController();
    const options = { epochs: 2, batchSize: 1, validation: tinyData(3), signal: controller.signal };
    const events = await eventsOf(options, tinyData(12), (event) => {
      if (event.event === 'step' && event.epoch === 2) controller.abort();
    });
    expect(progressOf(events, 'statistics').map(({ epoch }) => epoch)).toEqual([
      ...Array(12).fill(1),
      ...Array(8).fill(2),
    ]);
  });

  it('how many epochs it began, where it is stopped between two', async () => {
    const controller = new AbortController();
    controller.abort();
    const events = await eventsOf({ signal: controller.signal });
    const nothing = { loss: null, accuracy: null, validation: null, best: null };
    expect(events).toMatchObject([{ event: 'done', epochs: 0, steps: 0, completed: false, ...nothing }]);
  });

  it('that the images of the validation do not fit', async () => {
    const wide = { ...tinyData(), shape: [4, 8, 3] as const };
    const seen: string[] = [];
    const training = eventsOf({ validation: wide }, tinyData(), ({ event }) => seen.push(event));
    await expect(training).rejects.toThrow('The images are 4×8×3');
    expect(seen).toEqual([]); // now, and not after an epoch
  });
});

describe('the validation of a training that stops is that of the very model', () => {
  /** Stops at an event, evaluates what there is then, and gives `done` beside it. */
  async function stopped(at: (event: TrainEvent) => boolean, options: TrainOptions = {}) {
    const controller = new AbortController();
    const classifier = tinyClassifier();
    const validation = tinyData(25);
    const optimizer = adam({ learningRate: 0.05 });
    const settings = {
      epochs: 3,
      batchSize: 10,
      optimizer,
      validation,
      signal: controller.signal,
      ...options,
    };
    let done: Extract<TrainEvent, { event: 'done' }> | undefined;
    for await (const event of train(classifier, tinyData(30), settings)) {
      if (at(event)) controller.abort();
      if (event.event === 'done') done = event;
    }
    let evaluated: EvaluationEvent | undefined;
    for await (const event of evaluate(classifier, validation, { batchSize: 10 })) evaluated = event;
    disposeVariables(classifier.variables);
    return { done, evaluated };
  }

  it.each(['precise', 'running'] as const)(
    'where it stops at the end of an epoch (%s)',
    async (statistics) => {
      const at = (event: TrainEvent) => event.event === 'validation' && event.epoch === 2;
      const { done, evaluated } = await stopped(at, { statistics });
      const { loss, accuracy, images } = evaluated as Extract<EvaluationEvent, { event: 'done' }>;
      expect(done?.validation).toEqual({ loss, accuracy, images });
    },
  );

  it.each([
    ['a step', (event: TrainEvent) => event.event === 'step' && event.epoch === 2],
    ['the statistics before it', (event: TrainEvent) => isProgress(event, 'statistics') && event.epoch === 2],
    ['the validation', (event: TrainEvent) => isProgress(event, 'validation') && event.epoch === 2],
  ])('and there is none where it stops in %s', async (_, at) => {
    const { done } = await stopped(at);
    expect(done).toMatchObject({ completed: false, epochs: 2, validation: null, best: { epoch: 1 } });
  });

  it('also where it resumes from the end of an epoch, and stops at once', async () => {
    const options = {
      epochs: 3,
      batchSize: 1,
      optimizer: adam({ learningRate: 0.05 }),
      validation: tinyData(25),
    };
    const classifier = tinyClassifier();
    let checkpoint: Checkpoint | undefined;
    for await (const event of train(classifier, tinyData(30), options)) {
      if (event.event !== 'checkpoint') continue;
      checkpoint = event.capture();
      break;
    }
    disposeVariables(classifier.variables);
    const { classifier: resumed, state } = checkpoint as Checkpoint;
    const events: TrainEvent[] = [];
    const again = { ...options, resume: state, signal: AbortSignal.abort() };
    for await (const event of train(resumed, tinyData(30), again)) events.push(event);
    expect(events.map(({ event }) => event)).toEqual(['done']); // statistics over fewer images would be another model's
    let evaluated: EvaluationEvent | undefined;
    for await (const event of evaluate(resumed, options.validation, { batchSize: 1 })) evaluated = event;
    const { loss, accuracy, images } = evaluated as Extract<EvaluationEvent, { event: 'done' }>;
    expect(only(events, 'done')[0]?.validation).toEqual({ loss, accuracy, images });
    disposeVariables(resumed.variables);
  });
});

it('a step whose loss is not finite leaves variables as they were before it', async () => {
  const classifier = tinyClassifier();
  const values = () =>
    Object.values(classifier.variables).flatMap((map: ReadonlyMap<string, tf.Tensor>) =>
      [...map.values()].map((tensor) => [...tensor.dataSync()]),
    );
  let before = values();
  let steps = 0;
  const options = { epochs: 5, batchSize: 10, optimizer: adam({ learningRate: 1e38 }) };
  const training = (async () => {
    for await (const { event } of train(classifier, tinyData(), options)) {
      if (event !== 'step') continue;
      before = values();
      steps++;
    }
  })();
  await expect(training).rejects.toThrow('The loss became');
  expect(steps).toBeGreaterThan(0);
  expect(values()).toEqual(before);
  disposeVariables(classifier.variables);
});

describe('a validation stops at the signal', () => {
  it('before its next batch, and has no result then', async () => {
    const controller = new AbortController();
    const options = { batchSize: 5, validation: tinyData(25), signal: controller.signal };
    const events = await eventsOf(options, tinyData(), (event) => {
      if (isProgress(event, 'validation') && event.batch === 2) controller.abort();
    });
    expect(progressOf(events, 'validation')).toHaveLength(2);
    expect(only(events, 'validation')).toHaveLength(0);
    expect(only(events, 'done')[0]).toMatchObject({ completed: false, validation: null });
  });

  it('before its first one', async () => {
    const controller = new AbortController();
    const options = { batchSize: 12, validation: tinyData(25), signal: controller.signal };
    let read = 0;
    const counted = {
      ...tinyData(25),
      read: async (indices: ArrayLike<number>) => {
        read++;
        return tinyData(25).read(indices);
      },
    };
    await eventsOf({ ...options, validation: counted }, tinyData(), (event) => {
      if (isProgress(event, 'statistics') && event.batch === event.batches) controller.abort();
    });
    expect(read).toBe(0);
  });
});

describe('evaluate', () => {
  const collect = async (data: Dataset, batchSize: number, signal?: AbortSignal) => {
    const classifier = tinyClassifier();
    const events: EvaluationEvent[] = [];
    for await (const event of evaluate(classifier, data, { batchSize, ...(signal && { signal }) }))
      events.push(event);
    disposeVariables(classifier.variables);
    return events;
  };

  it('reports the images done, out of all, and leaves no tensor', async () => {
    const tensors = tf.memory().numTensors;
    const events = await collect(tinyData(25), 10);
    const classified = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => expect.objectContaining({ index: from + i }));
    expect(events.slice(0, 3)).toEqual([
      { event: 'progress', images: 10, total: 25, classified: classified(0, 10) },
      { event: 'progress', images: 20, total: 25, classified: classified(10, 20) },
      { event: 'progress', images: 25, total: 25, classified: classified(20, 25) },
    ]);
    expect(events[3]).toMatchObject({ event: 'done', images: 25 });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('leaves out images that cannot be read, and throws if there are no others', async () => {
    const some = await collect({ ...tinyData(25), isBroken: (index) => index % 2 === 0 }, 10);
    expect(some.map((each) => each.images)).toEqual([5, 10, 12, 12]);
    expect(some.slice(0, 3).map((each) => (each.event === 'progress' ? each.total : 0))).toEqual([
      25, 25, 25,
    ]);
    await expect(collect({ ...tinyData(25), isBroken: () => true }, 10)).rejects.toThrow(
      'None of the images can be read.',
    );
  });

  it('throws at the first batch for which a value is not finite', async () => {
    const { variables, ...described } = tinyClassifier();
    const weights = new Map(
      [...variables.weights].map(([id, tensor]) => [id, tf.fill(tensor.shape, 3e38) as tf.Tensor]),
    );
    const broken = { ...described, variables: { ...variables, weights } };
    const evaluation = evaluate(broken, tinyData(25), { batchSize: 10 });
    await expect(evaluation.next()).rejects.toMatchObject({ code: 'not-finite' });
    disposeVariables(variables);
    disposeTensors(weights);
  });

  it('gives nothing once the signal is aborted', async () => {
    expect(await collect(tinyData(25), 10, AbortSignal.abort())).toEqual([]);
  });
});

it('predict gives the softmax of the logits of each image', async () => {
  const classifier = tinyClassifier();
  const images = await tinyData().read([0, 1, 2, 3]);
  const input = preprocess(classifier, images);
  const logits = forward(classifier.network, classifier.variables, input);
  const tensors = tf.memory().numTensors;
  const rows = await predict(classifier, images);
  expect(tf.memory().numTensors).toBe(tensors);
  const expected = ((await logits.array()) as number[][]).map((row) => {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return row.map((value) => Math.exp(value) / sum);
  });
  expect(rows.length).toBe(4);
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i]?.[j] as number, 6);
    });
  });
  tf.dispose([input, logits]);
  disposeVariables(classifier.variables);
});

describe('estimateStatistics', () => {
  /** The images that it reads, in order, and how many tensors it leaves beyond those of before. */
  async function reads(
    count: number,
    options: { batchSize: number; batchLimit: number; seed: number; epoch: number },
    isBroken = false,
  ) {
    const classifier = tinyClassifier();
    const { statistics } = classifier.variables;
    const tensors = tf.memory().numTensors;
    const order: number[] = [];
    const data: Dataset = {
      ...tinyData(count),
      isBroken: () => isBroken,
      read: async (indices) => {
        order.push(...Array.from(indices));
        return tinyData(count).read(indices);
      },
    };
    const reported: unknown[] = [];
    const learned = new Set(classifier.variables.weights.keys());
    for await (const { event: _, ...rest } of estimateStatistics(classifier, imageInputs(classifier, data), {
      ...options,
      learned,
    }))
      reported.push(rest);
    const left = tf.memory().numTensors - tensors;
    const kept = classifier.variables.statistics === statistics;
    disposeVariables(classifier.variables);
    return { order, reported, left, kept };
  }
  const options = { batchSize: 7, batchLimit: 40, seed: 1, epoch: 2 };

  it('takes the full batches that there are, in an order of each seed and epoch', async () => {
    const { order, reported, left, kept } = await reads(24, options);
    expect(order.length).toBe(21);
    expect(new Set(order).size).toBe(21);
    expect(reported).toEqual([1, 2, 3].map((batch) => ({ of: 'statistics', epoch: 2, batch, batches: 3 })));
    expect([left, kept]).toEqual([0, false]);
    expect((await reads(24, options)).order).toEqual(order);
    expect((await reads(24, { ...options, epoch: 3 })).order).not.toEqual(order);
    expect((await reads(24, { ...options, seed: 2 })).order).not.toEqual(order);
    expect((await reads(24, { ...options, batchLimit: 2 })).order).toEqual(order.slice(0, 14));
    expect((await reads(5, options)).order).toHaveLength(5);
  });

  it('keeps the statistics that there are where no image can be read', async () => {
    const { reported, left, kept } = await reads(24, options, true);
    expect([reported.length, left, kept]).toEqual([0, 0, true]);
  });
});

it('the schedules are these', () => {
  for (const progress of [0, 0.25, 0.5, 0.96, 1]) {
    expect(schedules.constant()).toBe(1);
    expect(schedules.cosine(progress)).toBeCloseTo(0.5 + 0.5 * Math.cos(Math.PI * progress), 15);
  }
  expect([schedules.cosine(0), schedules.cosine(0.5), schedules.cosine(1)]).toEqual([1, 0.5, 0]);
});
