import { quote } from '../bad-file.js';
import type { Differences } from './compare-tensors.js';

const shownNames = 5;

/** Differences in words: `2 are missing ("fc.weight", "fc.bias"), 1 is misshapen ("conv1.weight" …)`. */
export function describeDifferences({ missing, surplus, misshapen }: Differences): string {
  const misshapes = misshapen.map(
    ({ name, expected, found }) => `${quote(name)} [${found.join(', ')}] instead of [${expected.join(', ')}]`,
  );
  return [
    listed('missing', missing.map(quote)),
    listed('surplus', surplus.map(quote)),
    listed('misshapen', misshapes),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > shownNames ? `, and ${names.length - shownNames} more` : '';
  return `${names.length} ${names.length === 1 ? 'is' : 'are'} ${what} (${names.slice(0, shownNames).join(', ')}${more})`;
}
