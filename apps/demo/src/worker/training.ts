import { adam, type TrainEvent } from '@resnetjs/training';
import type { TrainingRecord } from '@resnetjs/weights';
import { tell } from './channel.js';
import { openData, type TrainingData } from './datasets.js';
import { findTraining, forgetTraining, Keeper, letGo, withStorage } from './keep-training.js';
import { endRunner, firstClassifier, nextEvent, type Runner, startRunner } from './lane.js';
import { holdModel, keepModel } from './model.js';
import { asProblem, PageError } from './problem.js';
import type { TrainingEnd, TrainingOrder } from './protocol.js';

type Done = Extract<TrainEvent, { event: 'done' }>;

interface Run {
  readonly order: TrainingOrder;
  readonly data: TrainingData;
  readonly runners: readonly Runner[];
  readonly keeper: Keeper;
  readonly steps: number;
  /** Its name. */
  readonly backend: string;
  /** Done by every lane. */
  step: number;
}

let stopping: AbortController | undefined;
/** Shut while a training stands still. */
let gate: Gate | undefined;

export function stopTraining(): void {
  stopping?.abort();
  void pauseTraining(false);
}

/** Lets the training go on, or stand still; then this ends when the step under way is over. */
export async function pauseTraining(paused: boolean): Promise<void> {
  if (paused && stopping !== undefined) {
    gate ??= new Gate();
    await gate.reached;
  } else if (!paused) {
    gate?.open();
    gate = undefined;
  }
}

class Gate {
  #reach = () => {};
  #open = () => {};
  readonly reached = new Promise<void>((resolve) => {
    this.#reach = resolve;
  });
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  pass(): Promise<void> {
    this.#reach();
    return this.#opened;
  }

  open(): void {
    this.#reach(); // nobody waits for a training that has ended
    this.#open();
  }
}

/** Trains what is ordered, and makes the first lane's network the worker's model. */
export function startTraining(order: TrainingOrder, backend: string): Promise<TrainingEnd> {
  return alone(async (signal) => {
    const data = openData(order.data);
    const runners = order.lanes.map((lane) =>
      startRunner(lane, firstClassifier(order, lane, data.train), { data, recipe: order.recipe, signal }),
    );
    const keeper = new Keeper(order);
    const run = { order, data, runners, keeper, steps: allSteps(order, data), backend, step: 0 };
    return follow(run);
  });
}

/** Goes on with the training that the browser's storage holds. */
export function resumeTraining(backend: string): Promise<TrainingEnd> {
  return alone(async (signal) => {
    const { order, kept, lanes } = await findTraining();
    const data = openData(order.data);
    const runners = lanes.map(({ lane, saved }) => {
      if (saved !== null) {
        return startRunner(lane, saved.classifier, {
          data,
          recipe: order.recipe,
          signal,
          resume: saved.state,
        });
      }
      const ended = startRunner(lane, firstClassifier(order, lane, data.train), {
        data,
        recipe: order.recipe,
        signal,
      });
      return { ...ended, diverged: true };
    });
    const keeper = new Keeper(order, kept.story);
    return follow({ order, data, runners, keeper, steps: allSteps(order, data), backend, step: kept.step });
  });
}

function allSteps({ recipe }: TrainingOrder, { train }: TrainingData): number {
  return recipe.epochs * Math.ceil(train.labels.length / recipe.batchSize);
}

/** One training at a time in this worker; and of all tabs, the first one keeps its checkpoints. */
async function alone(work: (signal: AbortSignal) => Promise<TrainingEnd>): Promise<TrainingEnd> {
  if (stopping !== undefined) {
    throw new PageError('busy', 'A training is under way already. Stop it first.');
  }
  stopping = new AbortController();
  const { signal } = stopping;
  try {
    return await withStorage(() => work(signal));
  } finally {
    stopping = undefined;
    void pauseTraining(false);
  }
}

/** One event of each lane in turn, so that they go side by side: the same options make the same kinds of events. */
async function follow(run: Run): Promise<TrainingEnd> {
  const { runners, keeper } = run;
  const [main, ...others] = runners as [Runner, ...Runner[]];
  let done: Done | undefined;
  try {
    for (;;) {
      await gate?.pass();
      const events: (TrainEvent | null)[] = [];
      for (const runner of runners) {
        const event = await take(run, runner);
        events.push(event);
        if (event !== null) report(run, runner, event);
      }
      const [first] = events;
      if (first === null) break;
      if (first?.event === 'done') done = first;
      if (first?.event === 'checkpoint' && (first.at !== 'step' || keeper.isDue())) await keep(run, events);
    }
    for (const other of others) await endRunner(other);
  } catch (error) {
    for (const runner of runners) await endRunner(runner);
    throw error;
  }
  const accuracy = done?.validation?.accuracy ?? null;
  const training = record(run, done);
  const model = holdModel(main.classifier, { accuracy, origin: 'trained here', training });
  await keepModel().catch((error) => tell({ event: 'save-failed', message: asProblem(error).message }));
  const completed = done?.completed ?? false;
  if (completed) await forgetTraining();
  return { completed, steps: run.step, model };
}

/** The lane's next event. The main lane's failure is the training's; the other's is told. */
async function take(run: Run, runner: Runner): Promise<TrainEvent | null> {
  try {
    return await nextEvent(runner);
  } catch (error) {
    if (runner === run.runners[0] || !runner.diverged) throw error;
    tell({ event: 'diverged', lane: runner.lane, message: asProblem(error).message });
    return null;
  }
}

function report(run: Run, runner: Runner, event: TrainEvent): void {
  const { lane } = runner;
  const { steps, keeper } = run;
  switch (event.event) {
    case 'step': {
      const { epoch, loss, accuracy, imagesPerSecond } = event;
      const step = (epoch - 1) * event.stepsPerEpoch + event.step;
      run.step = step;
      keeper.notes.note(lane, step, { loss, accuracy });
      tell({ event: 'step', lane, step, steps, epoch, loss, accuracy, imagesPerSecond });
      return;
    }
    case 'gradients': {
      const layers = event.layers.filter(({ site }) => site.part !== 'stage' || site.path !== 'shortcut');
      const depths = layers.map(({ depth }) => depth);
      tell({ event: 'gradients', lane, step: run.step, depths, norms: layers.map(({ norm }) => norm) });
      return;
    }
    case 'validation': {
      const { event: _, ...evaluated } = event;
      keeper.notes.note(lane, run.step, { validation: evaluated.accuracy });
      tell({ event: 'judged', lane, step: run.step, ...evaluated });
      return;
    }
    case 'statistics':
    case 'validating':
      tell({ event: 'busy', lane, what: event.event, share: event.batch / event.batches });
      return;
    default:
  }
}

/** All lanes are at the same step here. */
async function keep(run: Run, events: readonly (TrainEvent | null)[]): Promise<void> {
  const { runners, keeper, step, steps } = run;
  try {
    runners.forEach((runner, index) => {
      const event = events[index];
      runner.checkpoint = event?.event === 'checkpoint' ? event.save() : null;
    });
    await keeper.save(runners, step, steps);
  } finally {
    runners.forEach(letGo);
  }
}

/** How the model came about, for whoever reads its file; null where nothing was learned. */
function record({ order, data, backend }: Run, done: Done | undefined): TrainingRecord | null {
  if (done === undefined || done.steps === 0) return null;
  const { epochs, batchSize, learningRate, schedule, seed } = order.recipe;
  const source = order.data.kind === 'signs' ? 'synthetic:signs' : 'folder';
  const { loss, accuracy, validation } = done;
  return {
    data: { source, images: data.train.labels.length },
    validation: { source, images: data.validation.labels.length },
    initializers: 'varied',
    schedule,
    statistics: 'precise',
    optimizer: adam({ learningRate }),
    batchSize,
    seed,
    backend,
    epochs: { planned: epochs, begun: done.epochs },
    steps: done.steps,
    final: {
      training: { loss, accuracy },
      validation: validation && { loss: validation.loss, accuracy: validation.accuracy },
    },
  };
}
