import { distance } from 'fastest-levenshtein';

/** A beginning shorter than this means anything. */
const minBeginning = 3;

/**
 * The names of which one may be a misspelling, or the beginning: those with the fewest edits, if these are few for its
 * length. None where the name is just another one: `gpu` is no misspelling of `cpu`.
 */
export function similarNames(name: string, known: readonly string[]): readonly string[] {
  const candidates = known
    .map((each) => ({ each, edits: editsTo(each, name) }))
    .filter(({ edits }) => edits !== null);
  const fewest = Math.min(...candidates.map(({ edits }) => edits as number));
  const near = candidates.filter(({ edits }) => edits === fewest).map(({ each }) => each);
  if (near.length > 0) return near;
  return known.filter((each) => name.length >= minBeginning && letters(each).startsWith(letters(name)));
}

/** Edits from a name to a known one, with its family or without; null if there are too many for a misspelling. */
function editsTo(known: string, name: string): number | null {
  const few = [known, known.split('/').at(-1) ?? known]
    .map((form) => edits(letters(form), letters(name)))
    .filter((each) => each !== null);
  return few.length > 0 ? Math.min(...few) : null;
}

function edits(form: string, name: string): number | null {
  // Two letters that changed places are one slip.
  const swapped = form !== name && sorted(form) === sorted(name);
  const count = distance(form, name) - (swapped ? 1 : 0);
  return count <= Math.floor(Math.max(form.length, name.length) / 4) ? count : null;
}

const sorted = (text: string) => [...text].sort().join('');
/** Only letters and digits count, in either case. */
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
