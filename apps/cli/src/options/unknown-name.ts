import { ResNetError } from '@resnetjs/core';
import { distance } from 'fastest-levenshtein';

/** Throws `unknown-name` with the most similar names. */
export function unknownName(what: string, name: string, known: readonly string[]): never {
  const candidates = known
    .map((each) => ({ each, edits: editsTo(each, name) }))
    .filter(({ edits }) => edits !== null);
  const fewest = Math.min(...candidates.map(({ edits }) => edits as number));
  const near = candidates.filter(({ edits }) => edits === fewest).map(({ each }) => each);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw new ResNetError(
    'unknown-name',
    `There is no ${what} "${name}".${hint} Available: ${known.join(', ')}.`,
    {
      name,
      known,
    },
  );
}

/** Edits from a name to a known one, with its family or without; null if there are too many for a misspelling. */
function editsTo(known: string, name: string): number | null {
  const forms = [known, known.split('/').at(-1) ?? known].map(letters);
  const few = forms
    .map((form) => ({ form, edits: distance(form, letters(name)) }))
    .filter(({ form, edits }) => edits <= Math.max(2, Math.ceil(form.length / 3)));
  return few.length > 0 ? Math.min(...few.map(({ edits }) => edits)) : null;
}

/** Only letters and digits count, in either case. */
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
