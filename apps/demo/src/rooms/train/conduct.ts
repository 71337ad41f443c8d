// Starts, pauses and ends trainings, and keeps what the page shows of them.

import { signal } from '@preact/signals';
import { type Engine, wordsOf } from '../../engine/engine.js';
import { model, occupied, onWorkerEvent, useEngine } from '../../engine/session.js';
import { forgetKept, type KeptTraining, readKept } from '../../storage/database.js';
import type { DataOrder, Lane, TrainingEnd, TrainingOrder } from '../../worker/protocol.js';
import { decodeOwn } from './own-images.js';
import { lanes, setup } from './setup.js';
import { beginStory, tellStory } from './story.js';

export type Status =
  | { readonly is: 'idle' }
  | { readonly is: 'preparing'; readonly words: string }
  | { readonly is: 'running' | 'paused' | 'stopping'; readonly words: string }
  | { readonly is: 'done'; readonly end: TrainingEnd }
  | { readonly is: 'failed'; readonly message: string };

export interface Pace {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number | null;
}

export const status = signal<Status>({ is: 'idle' });
export const pace = signal<Pace | null>(null);
/** Of what is done between epochs, the share that is over; null while it learns. */
export const aside = signal<number | null>(null);
/** The training that is shown; the form may hold another by then. */
export const shown = signal<{
  readonly lanes: readonly Lane[];
  readonly classes: readonly string[];
  readonly normalized: boolean;
} | null>(null);
/** What became of the last checkpoint. */
export const saved = signal<{ readonly step: number; readonly at: number } | null>(null);
export const saveProblem = signal<string | null>(null);
/** A training of an earlier visit, to go on with. */
export const keptTraining = signal<KeptTraining | null>(null);

void readKept('training').then((kept) => {
  if (status.value.is === 'idle') keptTraining.value = kept;
});

const signClasses = ['0', '1', '2', '3', '4', '5'];

let startedAt = 0;
let firstStep = 0;
const rates: Partial<Record<Lane, number>> = {};

onWorkerEvent((event) => {
  if (event.event === 'decoding') {
    const words = `Reading picture ${event.done} of ${event.of} …`;
    if (status.value.is === 'preparing') status.value = { is: 'preparing', words };
    return;
  }
  if (event.event === 'device-lost') return;
  tellStory(event);
  switch (event.event) {
    case 'step': {
      const { step, steps, epoch, lane, imagesPerSecond } = event;
      if (startedAt === 0) {
        startedAt = performance.now();
        firstStep = step - 1;
      }
      rates[lane] = imagesPerSecond;
      const seconds = (performance.now() - startedAt) / 1000;
      const done = step - firstStep;
      pace.value = {
        step,
        steps,
        epoch,
        imagesPerSecond: Math.round(rates.residual ?? imagesPerSecond),
        secondsLeft: done < 5 ? null : (seconds / done) * (steps - step),
      };
      say('Learning');
      aside.value = null;
      return;
    }
    case 'busy':
      say(event.what === 'validating' ? 'Judging on unseen pictures' : 'Measuring statistics');
      aside.value = event.share;
      return;
    case 'saved':
      saved.value = { step: event.step, at: Date.now() };
      saveProblem.value = null;
      return;
    case 'save-failed':
      saveProblem.value = event.message;
      return;
    default:
  }
});

/** Another word on a training that runs. */
function say(words: string): void {
  const now = status.value;
  if (now.is === 'running' && now.words !== words) status.value = { is: 'running', words };
}

export function start(): Promise<void> {
  return conduct(async (engine) => {
    const { network, recipe } = setup.value;
    const { data, classes } = await orderData(engine);
    shown.value = { lanes: lanes.value, classes, normalized: network.normalized };
    beginStory();
    const order: TrainingOrder = { data, network, lanes: lanes.value, recipe };
    return () => engine.ask('train', order);
  });
}

/** Goes on with the training that the browser's storage holds. */
export function resume(): Promise<void> {
  return conduct(async (engine) => {
    const kept = await readKept('training');
    if (kept !== null) {
      const classes = kept.data.kind === 'own' ? kept.data.classes : signClasses;
      shown.value = { lanes: kept.lanes, classes, normalized: kept.network.normalized };
      beginStory(kept.story);
    }
    return () => engine.ask('resume', null);
  });
}

async function conduct(prepare: (engine: Engine) => Promise<() => Promise<TrainingEnd>>): Promise<void> {
  if (occupied.value) return;
  occupied.value = true;
  status.value = { is: 'preparing', words: 'Starting what computes …' };
  pace.value = null;
  aside.value = null;
  saved.value = null;
  saveProblem.value = null;
  startedAt = 0;
  try {
    const run = await prepare(await useEngine());
    keptTraining.value = null;
    status.value = { is: 'running', words: 'Making the first values' };
    const end = await run();
    model.value = end.model;
    status.value = { is: 'done', end };
    if (!end.completed) keptTraining.value = await readKept('training');
  } catch (error) {
    status.value = { is: 'failed', message: wordsOf(error) };
    keptTraining.value = await readKept('training');
  } finally {
    occupied.value = false;
  }
}

async function orderData(engine: Engine): Promise<{ data: DataOrder; classes: readonly string[] }> {
  const { data, size, count } = setup.value;
  if (data === 'signs') return { data: { kind: 'signs', size, count }, classes: signClasses };
  status.value = { is: 'preparing', words: 'Reading the pictures …' };
  const { classes } = await decodeOwn(engine, size);
  return { data: { kind: 'own' }, classes };
}

/** Whether a training is under way that can be paused or stopped. */
function holds(): boolean {
  return status.value.is === 'running' || status.value.is === 'paused';
}

export async function pause(paused: boolean): Promise<void> {
  if (!holds()) return;
  const engine = await useEngine();
  await engine.ask('pause', { paused });
  if (!holds()) return; // it has ended meanwhile
  // The time that it stood still is none of its speed.
  startedAt = 0;
  status.value = paused ? { is: 'paused', words: 'Paused' } : { is: 'running', words: 'Learning' };
}

export async function stop(): Promise<void> {
  if (!holds()) return;
  status.value = { is: 'stopping', words: 'Stopping after this step' };
  const engine = await useEngine();
  await engine.ask('stop', null);
}

export async function forgetTraining(): Promise<void> {
  await forgetKept('training');
  keptTraining.value = null;
}
