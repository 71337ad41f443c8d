import type { DetailedEvaluation, Evaluation } from '@resnetjs/training';
import stringWidth from 'string-width';
import { count, figure, percent, shown, table } from './format.js';
import { type Paint, unpainted } from './paint.js';

/** The results of one class. */
interface ClassResult {
  readonly class: string;
  /** Images of this class. */
  readonly images: number;
  /** How many of them were classified correctly. */
  readonly correct: number;
  /** correct / images; null if there are none. */
  readonly recall: number | null;
  /** correct / images that were predicted to be of this class; null if none was. */
  readonly precision: number | null;
  /** 2 · recall · precision / (recall + precision); null for a class without images that none was predicted to be of. */
  readonly f1: number | null;
}

export function perClass(classes: readonly string[], confusion: Evaluation['confusion']): ClassResult[] {
  return classes.map((name, label) => {
    const row = confusion[label] as readonly number[];
    const correct = row[label] as number;
    const images = row.reduce((a, b) => a + b, 0);
    const predicted = confusion.reduce((sum, each) => sum + (each[label] as number), 0);
    const share = (of: number) => (of === 0 ? null : correct / of);
    const f1 = images + predicted === 0 ? null : (2 * correct) / (images + predicted);
    return { class: name, images, correct, recall: share(images), precision: share(predicted), f1 };
  });
}

/** The mean of the classes' F1, of those that have one. */
export function macroF1(results: readonly { readonly f1: number | null }[]): number {
  const all = results.flatMap(({ f1 }) => f1 ?? []);
  return all.reduce((a, b) => a + b, 0) / all.length;
}

/** An evaluation as text: the figures, a table of the classes, and the confusion matrix. */
export function formatEvaluation(
  classes: readonly string[],
  evaluation: DetailedEvaluation,
  options: { columns: number; paint?: Paint },
): string {
  const { accuracy, loss, images, confusion, topAccuracies, calibration } = evaluation;
  const { columns, paint = unpainted } = options;
  const correct = Math.round(accuracy * images);
  const share = (value: number | null) => (value === null ? '–' : percent(value));
  const results = perClass(classes, confusion);
  const isNarrow = columns < 50;
  const rows = results.map((each) => [
    shown(each.class, Math.max(7, columns - (isNarrow ? 33 : 41))),
    `${count(each.correct)}/${count(each.images)}`,
    share(each.recall),
    share(each.precision),
    ...(isNarrow ? [] : [share(each.f1)]),
  ]);
  const top = topAccuracies.length;
  return [
    `${paint('bold', `accuracy  ${percent(accuracy)}`)}  (${count(correct)} of ${count(images)})`,
    ...(top < classes.length ? [`top ${top}     ${percent(topAccuracies.at(-1) as number)}`] : []),
    `F1        ${percent(macroF1(results))}  (mean of the classes)`,
    `loss      ${figure(loss)}`,
    `ECE       ${percent(calibration.error)}  (calibration, 15 bins)`,
    '',
    table([['class', 'correct', 'recall', 'precision', ...(isNarrow ? [] : ['F1'])], ...rows]),
    '',
    formatConfusion(classes, confusion, columns),
  ].join('\n');
}

/** A wider matrix is hard to read, however wide the terminal is. */
const maxMatrixWidth = 200;

/** The confusion matrix if it fits, otherwise the most frequent mistakes. */
export function formatConfusion(
  classes: readonly string[],
  confusion: Evaluation['confusion'],
  columns: number,
): string {
  const names = classes.map((name) => shown(name, columns === Number.POSITIVE_INFINITY ? columns : 12));
  const rows = confusion.map((row, label) => [
    names[label] as string,
    ...row.map((each) => (each === 0 ? '·' : count(each))),
  ]);
  const matrix = table([['', ...names], ...rows]);
  if (Math.max(...matrix.split('\n').map((line) => stringWidth(line))) <= Math.min(columns, maxMatrixWidth)) {
    return `Confusion matrix\nrows: true class, columns: predicted\n${matrix}`;
  }
  const mistakes = confusion.flatMap((row, label) =>
    row
      .map((images, predicted) => ({ label, predicted, images }))
      .filter(({ predicted, images }) => predicted !== label && images > 0),
  );
  if (mistakes.length === 0) return 'No image was misclassified.';
  const worst = mistakes.sort((a, b) => b.images - a.images).slice(0, 10);
  const width = Math.max(8, Math.floor((columns - 20) / 2));
  const pairs = worst.map(({ label, predicted, images }) => [
    shown(classes[label] as string, width),
    shown(classes[predicted] as string, width),
    count(images),
  ]);
  return `Most frequent mistakes (--json has all)\n${table([['class', 'predicted', 'images'], ...pairs])}`;
}
