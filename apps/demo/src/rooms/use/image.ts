import { signal } from '@preact/signals';
import { messageOf } from '../../engine/engine.js';
import { model, getEngine } from '../../engine/session.js';
import { isNews } from '../../files/opened-file.js';
import type { ImageSource, Prediction } from '../../worker/protocol.js';

/** The image to classify: one of the visitor's files, or a generated hand sign. */
export type ShownImage =
  | { readonly kind: 'file'; readonly file: File; readonly url: string }
  | { readonly kind: 'sign'; readonly index: number };

/** The image that was asked about last. */
export const currentImage = signal<ShownImage | null>(null);
/** The last answer, with its image; null if there is none. */
export const prediction = signal<(Prediction & { readonly of: ShownImage }) | null>(null);
export const imageProblem = signal<string | null>(null);
/** The class whose Grad-CAM is shown; null for the most probable one. */
export const explainedClass = signal<number | null>(null);
export const isPredicting = signal(false);
/** The opacity of Grad-CAM, in percent. */
export const strength = signal(70);

/** Generated hand signs that no network trains on. */
const unseenSigns = 600;

let lastRequest = 0;

/** Whether the model's classes are those of the generated hand signs. */
export function classifiesSigns(): boolean {
  const classes = model.value?.classes;
  return classes?.length === 6 && classes.every((name, label) => name === String(label));
}

export function showFile(file: File): Promise<void> {
  return show({ kind: 'file', file, url: URL.createObjectURL(file) });
}

export function showNextSign(): Promise<void> {
  const before = currentImage.value?.kind === 'sign' ? currentImage.value.index : 0;
  // Coprime to the number of signs, so that every one of them comes up; not a multiple of 6, so that the class changes each time.
  return show({ kind: 'sign', index: (before + 103) % unseenSigns });
}

async function show(next: ShownImage): Promise<void> {
  isNews.value = false; // the visitor has found what was opened
  currentImage.value = next;
  explainedClass.value = null;
  await classify();
}

/** Shows an answer with its image, in place of the ones before. */
function setPrediction(next: typeof prediction.value): void {
  const before = prediction.value?.of;
  if (before?.kind === 'file' && before !== currentImage.value) URL.revokeObjectURL(before.url);
  prediction.value = next;
}

export async function explain(label: number): Promise<void> {
  explainedClass.value = label;
  await classify();
}

/** Classifies the current image; the answer is ignored if a newer request has been made by then. */
export async function classify(): Promise<void> {
  const now = currentImage.value;
  if (now === null) return;
  const request = ++lastRequest;
  imageProblem.value = null;
  isPredicting.value = true;
  try {
    const engine = await getEngine();
    const image: ImageSource = now.kind === 'file' ? { kind: 'file', file: now.file } : now;
    const found = await engine.request('predict', { image, explain: explainedClass.value ?? 'best' });
    if (request === lastRequest) setPrediction({ ...found, of: now });
  } catch (error) {
    if (request !== lastRequest) return;
    setPrediction(null);
    imageProblem.value = messageOf(error);
  } finally {
    if (request === lastRequest) isPredicting.value = false;
  }
}
