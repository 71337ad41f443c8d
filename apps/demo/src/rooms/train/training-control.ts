// Starts, pauses and ends trainings, and holds their state for the page.

import { signal } from '@preact/signals';
import { backendTitle } from '../../components/format.js';
import { type Engine, messageOf } from '../../engine/engine.js';
import { backend, getEngine, model, occupied, onWorkerEvent } from '../../engine/session.js';
import { isNews } from '../../files/opened-file.js';
import { deleteRecord, readRecord } from '../../storage/database.js';
import type { SavedTraining } from '../../storage/records.js';
import type { DataSource, Requests, Variant, TrainingEnd, TrainingEvent } from '../../worker/protocol.js';
import { decodeOwn } from './own-images.js';
import { keptImages, keptStart, setup, showSaved, variants } from './setup.js';
import { beginHistory, recordEvent } from './training-history.js';

export type Status =
  | { readonly is: 'idle' }
  | { readonly is: 'preparing'; readonly text: string }
  | { readonly is: 'running' | 'paused' | 'stopping'; readonly text: string }
  | { readonly is: 'done'; readonly end: TrainingEnd }
  | { readonly is: 'failed'; readonly message: string };

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number | null;
}

export const status = signal<Status>({ is: 'idle' });
export const progress = signal<Progress | null>(null);
/** The share of the work between epochs that is done; null while steps are taken. */
export const busyShare = signal<number | null>(null);
/** The training that is shown; the form may have changed since it started. */
export const shownTraining = signal<{
  readonly variants: readonly Variant[];
  readonly classes: readonly string[];
  readonly normalized: boolean;
  /** Whether the last layer alone learns. */
  readonly isTrained: boolean;
} | null>(null);
/** The last checkpoint that was saved, and when. */
export const lastCheckpoint = signal<{ readonly step: number; readonly at: number } | null>(null);
export const saveProblem = signal<string | null>(null);
/** Set where a training resumes on what rounds otherwise than what it began with. */
export const otherRounding = signal<{ readonly before: string | null; readonly now: string } | null>(null);
/** A training of an earlier visit, which can be resumed. */
export const savedTraining = signal<SavedTraining | null>(null);

void readRecord('training').then((saved) => {
  if (status.value.is === 'idle') savedTraining.value = saved;
});

const busyWords = {
  features: 'Looking at each picture once',
  statistics: 'Measuring statistics',
  validation: 'Evaluating on unseen pictures',
} as const satisfies Readonly<Record<Extract<TrainingEvent, { event: 'busy' }>['what'], string>>;

const signClasses = ['0', '1', '2', '3', '4', '5'];

let startedAt = 0;
let firstStep = 0;
const rates: Partial<Record<Variant, number>> = {};

onWorkerEvent((event) => {
  if (event.event === 'decoding') {
    const text = `Reading picture ${event.done} of ${event.of} …`;
    if (status.value.is === 'preparing') status.value = { is: 'preparing', text };
    return;
  }
  if (event.event === 'device-lost' || event.event === 'opening' || event.event === 'hub') return;
  recordEvent(event);
  switch (event.event) {
    case 'step': {
      const { step, steps, epoch, variant, imagesPerSecond } = event;
      if (startedAt === 0) {
        startedAt = performance.now();
        firstStep = step - 1;
      }
      rates[variant] = imagesPerSecond;
      const seconds = (performance.now() - startedAt) / 1000;
      const done = step - firstStep;
      progress.value = {
        step,
        steps,
        epoch,
        imagesPerSecond: Math.round(rates.residual ?? imagesPerSecond),
        secondsLeft: done < 5 ? null : (seconds / done) * (steps - step),
      };
      setText('Learning');
      busyShare.value = null;
      return;
    }
    case 'busy':
      setText(busyWords[event.what]);
      busyShare.value = event.share;
      return;
    case 'saved':
      lastCheckpoint.value = { step: event.step, at: Date.now() };
      saveProblem.value = null;
      return;
    case 'save-failed':
      saveProblem.value = event.message;
      return;
    case 'other-rounding':
      otherRounding.value = event;
      return;
    default:
  }
});

/** Changes the text of a running training. */
function setText(text: string): void {
  const now = status.value;
  if (now.is === 'running' && now.text !== text) status.value = { is: 'running', text };
}

/** The form's training, or the one that was resumed: what "Try again" does. */
let last: () => Promise<void> = start;
export const tryAgain = () => last();

export function start(): Promise<void> {
  last = start;
  keptImages.value = null;
  keptStart.value = null;
  return run(async (engine) => {
    const { network, recipe, start: from } = setup.value;
    const before = model.value;
    const { data, classes } = await prepareData(engine);
    if (from === 'trained' && model.value !== before) {
      throw new Error('Another model was opened in the meantime. Start again to train its last layer.');
    }
    const shown = { variants: variants.value, classes, normalized: network.normalized };
    shownTraining.value = { ...shown, isTrained: from === 'trained' };
    beginHistory();
    const fromModel = from === 'trained';
    const asked: Requests['train']['params'] = {
      ...{ data, network, fromModel, variants: variants.value, recipe },
    };
    return () => engine.request('train', asked);
  });
}

/** Resumes the training that the browser's storage holds. */
export function resume(): Promise<void> {
  last = resume;
  return run(async (engine) => {
    const saved = await readRecord('training');
    if (saved !== null) {
      showSaved(saved);
      const classes = saved.data.kind === 'own' ? saved.data.classes : signClasses;
      shownTraining.value = {
        ...{ variants: saved.variants, classes, normalized: saved.network.normalized },
        isTrained: Boolean(saved.from),
      };
      beginHistory(saved.history);
    }
    return () => engine.request('resume', null);
  });
}

async function run(prepare: (engine: Engine) => Promise<() => Promise<TrainingEnd>>): Promise<void> {
  if (occupied.value) return;
  occupied.value = true;
  isNews.value = false;
  status.value = { is: 'preparing', text: `Starting ${backendTitle[backend.value]} …` };
  progress.value = null;
  busyShare.value = null;
  lastCheckpoint.value = null;
  saveProblem.value = null;
  otherRounding.value = null;
  startedAt = 0;
  try {
    const train = await prepare(await getEngine());
    savedTraining.value = null;
    status.value = { is: 'running', text: 'Initializing' };
    const end = await train();
    model.value = end.model;
    if (end.isModelKept) saveProblem.value = null;
    status.value = { is: 'done', end };
    if (!end.completed) savedTraining.value = await readRecord('training');
  } catch (error) {
    status.value = { is: 'failed', message: messageOf(error) };
    savedTraining.value = await readRecord('training');
  } finally {
    occupied.value = false;
  }
}

async function prepareData(engine: Engine): Promise<{ data: DataSource; classes: readonly string[] }> {
  const { data, size, count, start: from } = setup.value;
  if (data === 'signs') return { data: { kind: 'signs', size, count }, classes: signClasses };
  status.value = { is: 'preparing', text: 'Reading the pictures …' };
  const { classes } = await decodeOwn(engine, { size, forModel: from === 'trained' });
  return { data: { kind: 'own' }, classes };
}

/** Whether there is a training that can be paused or stopped. */
function canPause(): boolean {
  return status.value.is === 'running' || status.value.is === 'paused';
}

export async function pause(paused: boolean): Promise<void> {
  if (!canPause()) return;
  const engine = await getEngine();
  await engine.request('pause', { paused });
  if (!canPause()) return; // it has ended in the meantime
  // The time of the pause doesn't count for its speed.
  startedAt = 0;
  status.value = paused ? { is: 'paused', text: 'Paused' } : { is: 'running', text: 'Learning' };
}

export async function stop(): Promise<void> {
  if (!canPause()) return;
  status.value = { is: 'stopping', text: 'Stopping after this step' };
  const engine = await getEngine();
  await engine.request('stop', null);
}

export async function deleteTraining(): Promise<void> {
  await deleteRecord('training');
  savedTraining.value = null;
}
