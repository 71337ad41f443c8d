import { ResNetError } from '@resnetjs/core';
import { similarNames } from './similar-names.js';

/** Throws `unknown-name` with the most similar names, or with `why`. */
export function unknownName(what: string, name: string, known: readonly string[], why = ''): never {
  const near = similarNames(name, known);
  const hint = why || (near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '');
  throw new ResNetError(
    'unknown-name',
    `There is no ${what} "${name}".${hint && ` ${hint}`} Available: ${known.join(', ')}.`,
    { name, known },
  );
}
