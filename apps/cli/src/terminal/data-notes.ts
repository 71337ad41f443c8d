import type { LeftOut, TwinReport, Twins } from '@resnetjs/data';
import { count, plural, shown } from './format.js';

/** Reasons that are named. */
const maxKinds = 6;

/** A line about files that are no images of a class: `7 files: 5 .gif (red/a.gif …), 2 hidden (.DS_Store …)`. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string[] {
  const files = leftOut.reduce((sum, each) => sum + each.files, 0);
  if (files === 0) return [];
  const kinds = leftOut.slice(0, maxKinds).map(({ kind, files, example }) => {
    const more = files > 1 ? ' …' : '';
    return `${count(files)} ${kind} (${shown(example, 60)}${more})`;
  });
  const rest = leftOut.length > maxKinds ? [`${leftOut.length - maxKinds} more kinds`] : [];
  const unread = leftOut.some(({ kind }) => kind.startsWith('.'));
  const formats = unread ? '. Only JPEG, PNG and WebP are read' : '';
  return [`left out    ${plural(files, 'file')}: ${[...kinds, ...rest].join(', ')}${formats}`];
}

/** Lines about images of equal content. */
export function describeTwins(twins: TwinReport | null): string[] {
  if (twins === null) return [];
  const { acrossSplit, acrossClasses, withinClass } = twins;
  const lines: [Twins, whose: string, where: string][] = [
    [acrossSplit, 'validation', 'in training as well, which makes the validation look better than it is'],
    [acrossClasses, 'training', 'in another class as well'],
    [withinClass, 'training', 'in the same class already'],
  ];
  return lines.flatMap(([{ images, example }, whose, where]) => {
    if (example === null) return [];
    const [first, second] = example.map((name) => shown(name, 60));
    const which = `${plural(images, `${whose} image`)} ${images === 1 ? 'is' : 'are'}`;
    return [`duplicates  ${which} ${where}: ${second} equals ${first}`];
  });
}
