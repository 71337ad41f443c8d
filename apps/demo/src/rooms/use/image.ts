import { signal } from '@preact/signals';
import { wordsOf } from '../../engine/engine.js';
import { model, useEngine } from '../../engine/session.js';
import type { ImageOrder, Prediction } from '../../worker/protocol.js';

/** An image to look at. */
export type Looked =
  | { readonly kind: 'file'; readonly file: File; readonly url: string }
  | { readonly kind: 'sign'; readonly index: number };

/** The image that was asked about last. */
export const looked = signal<Looked | null>(null);
/** The last answer, and the image that it is of; null where there is none, or none any more. */
export const prediction = signal<(Prediction & { readonly of: Looked }) | null>(null);
export const imageProblem = signal<string | null>(null);
/** The class whose traces are shown; null for the likeliest. */
export const explained = signal<number | null>(null);
export const naming = signal(false);
/** Of the colour over what the network looked at, in percent. */
export const strength = signal(70);

/** Of drawn images that no network trains on. */
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
  // A node that shares no divisor with the count comes by every image, and changes the class each time.
  return look({ kind: 'sign', index: (before + 103) % unseenSigns });
}

async function look(next: Looked): Promise<void> {
  looked.value = next;
  explained.value = null;
  await name();
}

/** The answer is shown with its image; until it comes, the ones before stay. */
function answer(next: typeof prediction.value): void {
  const before = prediction.value?.of;
  if (before?.kind === 'file' && before !== looked.value) URL.revokeObjectURL(before.url);
  prediction.value = next;
}

export async function explain(label: number): Promise<void> {
  explained.value = label;
  await name();
}

/** Asks for the names of the image; an answer that comes after a newer question is passed over. */
export async function name(): Promise<void> {
  const now = looked.value;
  if (now === null) return;
  const question = ++asked;
  imageProblem.value = null;
  naming.value = true;
  try {
    const engine = await useEngine();
    const image: ImageOrder = now.kind === 'file' ? { kind: 'file', file: now.file } : now;
    const found = await engine.ask('predict', { image, explain: explained.value ?? 'best' });
    if (question === asked) answer({ ...found, of: now });
  } catch (error) {
    if (question !== asked) return;
    answer(null);
    imageProblem.value = wordsOf(error);
  } finally {
    if (question === asked) naming.value = false;
  }
}
