import { signal } from '@preact/signals';
import { wordsOf } from '../../engine/engine.js';
import { model, useEngine } from '../../engine/session.js';
import type { PictureOrder, Prediction } from '../../worker/protocol.js';

/** The picture that is looked at. */
export type Looked =
  | { readonly kind: 'file'; readonly file: File; readonly url: string }
  | { readonly kind: 'sign'; readonly index: number };

export const looked = signal<Looked | null>(null);
export const prediction = signal<Prediction | null>(null);
export const pictureProblem = signal<string | null>(null);
/** The class whose traces are shown; null for the likeliest. */
export const explained = signal<number | null>(null);
export const naming = signal(false);

/** Of drawn pictures that no network trains on. */
const unseenSigns = 600;

let asked = 0;

/** Whether the model's classes are those of the drawn hands. */
export function namesSigns(): boolean {
  return model.value?.classes.join() === '0,1,2,3,4,5';
}

export function lookAtFile(file: File): Promise<void> {
  return look({ kind: 'file', file, url: URL.createObjectURL(file) });
}

export function lookAtSign(): Promise<void> {
  const before = looked.value?.kind === 'sign' ? looked.value.index : 0;
  // A step that shares no divisor with the count comes by every picture, and changes the class each time.
  return look({ kind: 'sign', index: (before + 103) % unseenSigns });
}

async function look(next: Looked): Promise<void> {
  if (looked.value?.kind === 'file') URL.revokeObjectURL(looked.value.url);
  looked.value = next;
  prediction.value = null;
  explained.value = null;
  await name();
}

export async function explain(label: number): Promise<void> {
  explained.value = label;
  await name();
}

/** Asks for the names of the picture; an answer that comes after a newer question is passed over. */
export async function name(): Promise<void> {
  const now = looked.value;
  if (now === null) return;
  const question = ++asked;
  pictureProblem.value = null;
  naming.value = true;
  try {
    const engine = await useEngine();
    const picture: PictureOrder = now.kind === 'file' ? { kind: 'file', file: now.file } : now;
    const answer = await engine.ask('predict', { picture, explain: explained.value ?? 'best' });
    if (question === asked) prediction.value = answer;
  } catch (error) {
    if (question === asked) pictureProblem.value = wordsOf(error);
  } finally {
    if (question === asked) naming.value = false;
  }
}
