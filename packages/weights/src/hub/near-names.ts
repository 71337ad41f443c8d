/** At most so many are worth reading. */
const maxNear = 3;

/** The known names, whole or without what follows `@`, that a misspelt one may mean: the nearest; none if it is just another one. */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  const counted = known.map((each) => {
    const forms = [each, each.replace(/@.*/, '')].map((form) => form.toLowerCase());
    return { each, edits: Math.min(...forms.map((form) => editsBetween(form, name.toLowerCase()))) };
  });
  const fewest = Math.min(...counted.map(({ edits }) => edits));
  if (fewest > name.length / 4) return [];
  return counted
    .filter(({ edits }) => edits === fewest)
    .map(({ each }) => each)
    .slice(0, maxNear);
}

/** Levenshtein's distance. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (let index = 1; index <= to.length; index++) {
      const replaced = (row[index - 1] as number) + (letter === to[index - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[index] as number) + 1, (next[index - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
