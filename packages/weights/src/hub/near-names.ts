import { distance } from 'fastest-levenshtein';

/** At most so many are worth reading. */
const maxNear = 3;

/** The known names, whole or without what follows `@`, that a misspelt one may mean: the nearest; none if it is just another one. */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  const counted = known.map((each) => {
    const forms = [each, each.replace(/@.*/, '')].map((form) => form.toLowerCase());
    return { each, edits: Math.min(...forms.map((form) => distance(form, name.toLowerCase()))) };
  });
  const fewest = Math.min(...counted.map(({ edits }) => edits));
  if (fewest > name.length / 4) return [];
  return counted
    .filter(({ edits }) => edits === fewest)
    .map(({ each }) => each)
    .slice(0, maxNear);
}
