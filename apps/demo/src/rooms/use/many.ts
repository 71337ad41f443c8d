import { signal } from '@preact/signals';
import { messageOf } from '../../engine/engine.js';
import { getEngine, model } from '../../engine/session.js';
import type { FoundFile } from '../../files/found-files.js';
import { isNews } from '../../files/opened-file.js';

/** A picture of many, and what it was taken for. */
export interface ManyRow {
  readonly path: string;
  readonly file: File;
  /** The most probable classes, the first first; empty for one that can't be used. */
  readonly top: readonly { readonly name: string; readonly probability: number }[];
  readonly problem: string | null;
}

interface Many {
  readonly rows: readonly ManyRow[];
  readonly total: number;
  /** Files that are no pictures. */
  readonly others: number;
  readonly state: 'running' | 'stopped' | 'done';
  readonly secondsLeft: number | null;
}

/** The pictures that were given together last, as far as they are classified. */
export const many = signal<Many | null>(null);
export const manyProblem = signal<string | null>(null);

/** Files of one request: the answer to each comes soon enough for a bar. */
const together = 8;
const topClasses = 3;

let current = 0;

export function stopMany(): void {
  current++;
  if (many.value?.state === 'running') many.value = { ...many.value, state: 'stopped' };
}

export function closeMany(): void {
  current++;
  many.value = null;
}

/** Classifies all pictures among files, one batch after the other, in the order of their paths. */
export async function classifyMany(found: readonly FoundFile[]): Promise<void> {
  const own = ++current;
  manyProblem.value = null;
  isNews.value = false; // the visitor has found what was opened
  const images = found
    .flatMap(({ path, file, kind }) => (kind === 'image' && file !== null ? [{ path, file }] : []))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const rows: ManyRow[] = [];
  const classes = model.value?.classes ?? [];
  const others = found.filter(({ kind }) => kind !== 'image' && kind !== 'hidden').length;
  const show = (state: Many['state'], secondsLeft: number | null) => {
    many.value = { rows: [...rows], total: images.length, others, state, secondsLeft };
  };
  show('running', null);
  try {
    const engine = await getEngine();
    const started = performance.now();
    for (let start = 0; start < images.length; start += together) {
      const part = images.slice(start, start + together);
      const answers = await engine.request('predictFiles', { files: part.map(({ file }) => file) });
      if (own !== current) return;
      for (const [index, image] of part.entries()) {
        const answer = answers[index];
        if (answer === undefined) continue;
        if ('problem' in answer) rows.push({ ...image, top: [], problem: answer.problem });
        else rows.push({ ...image, top: topOf(answer.probabilities, classes), problem: null });
      }
      const seconds = (performance.now() - started) / 1000;
      show('running', (seconds / rows.length) * (images.length - rows.length));
    }
    show('done', null);
  } catch (error) {
    if (own !== current) return;
    show('stopped', null);
    manyProblem.value = messageOf(error);
  }
}

function topOf(probabilities: readonly number[], classes: readonly string[]): ManyRow['top'] {
  return probabilities
    .map((probability, label) => ({ name: classes[label] ?? String(label), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topClasses);
}

/** A table (RFC 4180) with the columns that the command line writes, too. */
export function asCsv(rows: readonly ManyRow[]): string {
  const ends = Array.from({ length: topClasses }, (_, index) => (index === 0 ? '' : `_${index + 1}`));
  const head = ['image', ...ends.flatMap((end) => [`class${end}`, `probability${end}`]), 'error'];
  const lines = rows.map(({ path, top, problem }) => {
    const cells = ends.flatMap((_, index) => [top[index]?.name ?? '', String(top[index]?.probability ?? '')]);
    return [path, ...cells, problem ?? ''];
  });
  return [head, ...lines].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
