import { describeLeftOut, type LeftOut, type TwinReport, type Twins } from '@resnetjs/data';
import { plural, shown } from './format.js';

/** A line about files that are no images of a class. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const text = describeLeftOut(leftOut);
  return text === null ? [] : [`left out    ${shown(text, 800)}`];
}

/** Lines about images of equal content. */
export function duplicateLines(twins: TwinReport | null): string[] {
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
