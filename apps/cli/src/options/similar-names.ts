import { distance } from 'fastest-levenshtein';

/** A beginning shorter than this means anything. */
const minBeginning = 3;

/** More names than this with the same beginning are no answer. */
const mostBeginnings = 5;
/** What it costs to leave out a name's family, `cifar/`, or its last part, `_32x4d`. */
const partLeftOut = 0.5;

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
  const beginning = known.filter((each) =>
    forms(each).some(([form]) => letters(form).startsWith(letters(name))),
  );
  return name.length >= minBeginning && beginning.length <= mostBeginnings ? beginning : [];
}

/** A known name with its family and without, whole and without its last part, with what that costs. */
function forms(known: string): readonly (readonly [form: string, cost: number])[] {
  const own = known.split('/').at(-1) ?? known;
  const cost = own === known ? 0 : partLeftOut;
  const whole = [[known, 0] as const, ...(own === known ? [] : [[own, cost] as const])];
  const shorter = own.replace(/_[^_]*$/, '');
  return shorter === own ? whole : [...whole, [shorter, cost + partLeftOut]];
}

/** Edits from a name to a known one in any of its forms; null if there are too many for a misspelling. */
function editsTo(known: string, name: string): number | null {
  const few = forms(known).flatMap(([form, cost]) => {
    const count = edits(letters(form), letters(name));
    return count === null ? [] : [count + cost];
  });
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
