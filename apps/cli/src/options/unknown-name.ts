import { ResNetError } from '@resnetjs/core';
import { distance } from 'fastest-levenshtein';

/** Throws `unknown-name` with the most similar names. */
export function unknownName(what: string, name: string, known: readonly string[]): never {
  const near = known
    .map((each) => ({ each, edits: Math.min(edits(each, name), edits(each.split('/').at(-1) ?? '', name)) }))
    .filter(({ each, edits }) => edits <= Math.max(2, Math.ceil(each.length / 3)))
    .sort((a, b) => a.edits - b.edits)
    .map(({ each }) => each);
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

/** Only letters and digits count, in either case. */
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const edits = (known: string, name: string) => distance(letters(known), letters(name));
