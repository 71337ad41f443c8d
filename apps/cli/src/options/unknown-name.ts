import { ResNetError } from '@resnetjs/core';
import { similarNames } from './similar-names.js';

/** More names than this are not listed in a message. */
const mostListed = 12;

/** Throws `unknown-name` with the most similar names, or with `why`; what there is, or for many names, what lists them. */
export function unknownName(
  what: string,
  name: string,
  known: readonly string[],
  { why = '', lister = '' }: { readonly why?: string; readonly lister?: string } = {},
): never {
  const near = similarNames(name, known);
  const hint = why || (near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '');
  const available =
    lister !== '' && known.length > mostListed ? `All names: ${lister}` : `Available: ${known.join(', ')}`;
  throw new ResNetError('unknown-name', `There is no ${what} "${name}".${hint && ` ${hint}`} ${available}.`, {
    name,
    known,
  });
}
