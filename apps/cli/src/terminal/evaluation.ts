import type { Evaluation } from '@resnetjs/training';
import stringWidth from 'string-width';
import { count, figure, percent, shown, table } from './format.js';
import { type Paint, unpainted } from './paint.js';

/** How one class fares. */
interface ClassResult {
  readonly class: string;
  /** Images of it. */
  readonly images: number;
  /** How many of them were named so. */
  readonly right: number;
  /** right / images; null where there are none. */
  readonly recall: number | null;
  /** right / all that were named so; null where none was. */
  readonly precision: number | null;
}

export function perClass(classes: readonly string[], confusion: Evaluation['confusion']): ClassResult[] {
  return classes.map((name, label) => {
    const row = confusion[label] as readonly number[];
    const right = row[label] as number;
    const images = row.reduce((a, b) => a + b, 0);
    const named = confusion.reduce((sum, each) => sum + (each[label] as number), 0);
    const share = (of: number) => (of === 0 ? null : right / of);
    return { class: name, images, right, recall: share(images), precision: share(named) };
  });
}

/** An evaluation to read: the figures, a table of classes, and what was taken for what. */
export function formatEvaluation(
  classes: readonly string[],
  evaluation: Evaluation,
  options: { columns: number; paint?: Paint },
): string {
  const { accuracy, loss, images, confusion } = evaluation;
  const { columns, paint = unpainted } = options;
  const right = Math.round(accuracy * images);
  const share = (value: number | null) => (value === null ? '–' : percent(value));
  const rows = perClass(classes, confusion).map((each) => [
    shown(each.class, Math.max(8, columns - 45)),
    count(each.right),
    count(each.images),
    share(each.recall),
    share(each.precision),
  ]);
  return [
    `${paint('bold', `accuracy  ${percent(accuracy)}`)}  (${count(right)} of ${count(images)})`,
    `loss      ${figure(loss)}`,
    '',
    table([['class', 'right', 'of', 'recall', 'precision'], ...rows]),
    '',
    formatConfusion(classes, confusion, columns),
  ].join('\n');
}

/** The matrix where it fits, otherwise the pairs that are mixed up most. */
export function formatConfusion(
  classes: readonly string[],
  confusion: Evaluation['confusion'],
  columns: number,
): string {
  const names = classes.map((name) => shown(name, 12));
  const rows = confusion.map((row, label) => [
    names[label] as string,
    ...row.map((each) => (each === 0 ? '·' : count(each))),
  ]);
  const matrix = table([['', ...names], ...rows]);
  if (Math.max(...matrix.split('\n').map((line) => stringWidth(line))) <= columns) {
    return `Confusion: a row for each true class, a column for each answer\n${matrix}`;
  }
  const mistakes = confusion.flatMap((row, label) =>
    row
      .map((times, answer) => ({ label, answer, times }))
      .filter(({ answer, times }) => answer !== label && times > 0),
  );
  if (mistakes.length === 0) return 'No image was mistaken for another class.';
  const worst = mistakes.sort((a, b) => b.times - a.times).slice(0, 10);
  const width = Math.max(8, Math.floor((columns - 20) / 2));
  const pairs = worst.map(({ label, answer, times }) => [
    shown(classes[label] as string, width),
    shown(classes[answer] as string, width),
    count(times),
  ]);
  return `Most often mistaken (--json has the whole matrix)\n${table([['class', 'named', 'times'], ...pairs])}`;
}
