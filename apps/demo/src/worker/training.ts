import { sameRounding } from '@resnetjs/backend';
import type { StartRecord, TrainingRecord } from '@resnetjs/recipe';
import type { TrainEvent } from '@resnetjs/training';
import type { Classifier } from '@resnetjs/core';
import { emit } from './channel.js';
import { openData, type TrainingData } from './datasets.js';
import { currentModel, saveModel, setModel } from './model.js';
import { asProblem, PageError } from './problem.js';
import type { BackendFacts, Requests, TrainingConfig, TrainingEnd } from './protocol.js';
import { endRunner, initialClassifier, nextEvent, recipeOf, type Runner, startRunner } from './runner.js';
import {
  CheckpointWriter,
  deleteTraining,
  loadTraining,
  releaseCheckpoint,
  withStorage,
} from './saved-training.js';

type Done = Extract<TrainEvent, { event: 'done' }>;

interface Run {
  readonly config: TrainingConfig;
  readonly data: TrainingData;
  readonly runners: readonly Runner[];
  readonly writer: CheckpointWriter;
  readonly steps: number;
  /** The backend's name. */
  readonly backend: string;
  /** Steps done by every variant. */
  step: number;
}

let stopping: AbortController | undefined;
/** The signal waits for the end of the turn: raised within, it would stop one variant a step before the other. */
let stopRequested = false;
/** Closed while a training is paused. */
let gate: Gate | undefined;

export function stopTraining(): void {
  stopRequested = stopping !== undefined;
  void pauseTraining(false);
}

/** Pauses the training, and resolves after the current step; or resumes it. */
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
    this.#reach(); // a training that has ended never reaches the gate
    this.#open();
  }
}

/** Trains, and makes the first variant's network the worker's model. */
export function startTraining(
  { fromModel, ...asked }: Requests['train']['params'],
  device: BackendFacts,
): Promise<TrainingEnd> {
  return exclusively(async (signal) => {
    const config: TrainingConfig = { ...asked, from: fromModel ? startRecord() : null };
    const data = openData(config.data);
    const options = { config, data, signal };
    const runners = config.variants.map((variant) =>
      startRunner(variant, initialClassifier(config, variant, data.train), options),
    );
    const writer = new CheckpointWriter(config, computedWith(device));
    const steps = totalSteps(config, data);
    return runToEnd({ config, data, runners, writer, steps, backend: device.name, step: 0 });
  });
}

/** Resumes the training that the browser's storage holds. */
export function resumeTraining(device: BackendFacts): Promise<TrainingEnd> {
  return exclusively(async (signal) => {
    const { config, saved, checkpoints } = await loadTraining();
    const data = openData(config.data);
    const options = { config, data, signal };
    const runners = checkpoints.map(({ variant, checkpoint }) => {
      if (checkpoint !== null) {
        return startRunner(variant, checkpoint.classifier, { ...options, resume: checkpoint.state });
      }
      const diverged = startRunner(variant, initialClassifier(config, variant, data.train), options);
      return { ...diverged, diverged: true };
    });
    const now = computedWith(device);
    const { computedWith: before = null } = saved;
    if (before === null || !sameRounding(before, now)) emit({ event: 'other-rounding', before, now });
    const writer = new CheckpointWriter(config, now, saved.history);
    const steps = totalSteps(config, data);
    return runToEnd({ config, data, runners, writer, steps, backend: device.name, step: saved.step });
  });
}

/** What a backend computes with, in words: its last bits depend on it. */
const computedWith = ({ name, details }: BackendFacts) => details.instructions ?? name;

/** What the worker's model is to a training that starts from it. */
function startRecord(): StartRecord {
  const { facts, training } = currentModel();
  if (facts.file !== null) {
    const { name, container } = facts.file;
    return { file: name, container, network: facts.network };
  }
  // All but the last layer is as it was in the file that it started from.
  return training?.from ?? { file: 'model.safetensors', container: 'resnetjs', network: facts.network };
}

function totalSteps({ recipe }: TrainingConfig, { train }: TrainingData): number {
  return recipe.epochs * Math.ceil(train.labels.length / recipe.batchSize);
}

/** Allows one training at a time in this worker; of all tabs, the first to train saves its checkpoints. */
async function exclusively(work: (signal: AbortSignal) => Promise<TrainingEnd>): Promise<TrainingEnd> {
  if (stopping !== undefined) {
    throw new PageError('busy', 'A training is already running. Stop it first.');
  }
  stopping = new AbortController();
  stopRequested = false;
  const { signal } = stopping;
  try {
    return await withStorage(() => work(signal));
  } finally {
    stopping = undefined;
    void pauseTraining(false);
  }
}

/** Takes one event of each variant in turn: the same options make the same kinds of events, so all are at the same step. */
async function runToEnd(run: Run): Promise<TrainingEnd> {
  const { runners, writer } = run;
  const [main, ...others] = runners as [Runner, ...Runner[]];
  let done: Done | undefined;
  /** After a step its checkpoint follows, which a pause waits for. */
  let midStep = false;
  try {
    await writer.check();
    for (;;) {
      if (!midStep) await gate?.pass();
      if (stopRequested) stopping?.abort();
      const events: (TrainEvent | null)[] = [];
      for (const runner of runners) {
        const event = await nextEventOf(run, runner);
        events.push(event);
        if (event !== null) report(run, runner, event);
      }
      const [first] = events;
      if (first === null || first === undefined) break;
      if (first.event === 'done') done = first;
      midStep = first.event === 'step' || first.event === 'gradients';
      if (first.event === 'checkpoint' && (gate !== undefined || writer.isDue(first.at)))
        await saveCheckpoint(run, events);
    }
    for (const other of others) await endRunner(other);
  } catch (error) {
    for (const runner of runners) await endRunner(runner);
    throw error;
  }
  const accuracy = done?.validation?.accuracy ?? null;
  const training = trainingRecord(run, done, main.classifier);
  const model = setModel(main.classifier, { accuracy, origin: 'trained here', file: null, training });
  const isModelKept = await saveModel().then(
    () => true,
    (error) => {
      emit({ event: 'save-failed', message: asProblem(error).message });
      return false;
    },
  );
  const completed = done?.completed ?? false;
  if (completed) await deleteTraining();
  return { completed, steps: run.step, model, isModelKept };
}

/** The variant's next event. If the main variant diverges, the training fails; if another does, the page gets an event. */
async function nextEventOf(run: Run, runner: Runner): Promise<TrainEvent | null> {
  try {
    return await nextEvent(runner);
  } catch (error) {
    if (runner === run.runners[0] || !runner.diverged) throw error;
    emit({ event: 'diverged', variant: runner.variant, message: asProblem(error).message });
    return null;
  }
}

function report(run: Run, runner: Runner, event: TrainEvent): void {
  const { variant } = runner;
  const { steps, writer } = run;
  switch (event.event) {
    case 'step': {
      const { epoch, loss, accuracy, imagesPerSecond } = event;
      const step = (epoch - 1) * event.stepsPerEpoch + event.step;
      run.step = step;
      writer.history.record(variant, step, { loss, accuracy });
      emit({ event: 'step', variant, step, steps, epoch, loss, accuracy, imagesPerSecond });
      return;
    }
    case 'gradients': {
      const layers = event.layers.filter(({ site }) => site.part !== 'stage' || site.path !== 'shortcut');
      const depths = layers.map(({ depth }) => depth);
      emit({ event: 'gradients', variant, step: run.step, depths, norms: layers.map(({ norm }) => norm) });
      return;
    }
    case 'validation': {
      const { event: _, ...evaluation } = event;
      writer.history.record(variant, run.step, { validation: evaluation.accuracy });
      emit({ event: 'validation', variant, step: run.step, ...evaluation });
      return;
    }
    case 'progress':
      emit({ event: 'busy', variant, what: event.of, share: event.batch / event.batches });
      return;
    default:
  }
}

/** Saves a checkpoint of every variant; all are at the same step here. */
async function saveCheckpoint(run: Run, events: readonly (TrainEvent | null)[]): Promise<void> {
  const { runners, writer, step, steps } = run;
  try {
    runners.forEach((runner, index) => {
      const event = events[index];
      runner.checkpoint = event?.event === 'checkpoint' ? event.capture() : null;
    });
    await writer.save(runners, step, steps);
  } finally {
    runners.forEach(releaseCheckpoint);
  }
}

/** How the model was trained, for its file; null if it took no step. */
function trainingRecord(
  { config, data, backend }: Run,
  done: Done | undefined,
  classifier: Classifier,
): TrainingRecord | null {
  if (done === undefined || done.loss === null || done.accuracy === null) return null;
  const source = config.data.kind === 'signs' ? 'synthetic:signs' : 'folder';
  const { loss, accuracy, validation } = done;
  return {
    recipe: recipeOf(config, classifier),
    data: { source, images: data.train.labels.length },
    validation: { source, images: data.validation.labels.length },
    initialization: 'glorot',
    ...(config.from !== null && { from: config.from }),
    backend,
    epochs: done.epochs,
    steps: done.steps,
    final: {
      training: { loss, accuracy },
      validation: validation && { loss: validation.loss, accuracy: validation.accuracy },
    },
  };
}
