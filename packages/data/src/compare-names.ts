/**
 * The order of names, of classes and of files: by code points, whatever the language of the machine, as Python's `sorted`.
 *
 * @example
 * const classes = ['b', 'a'].sort(compareNames);
 */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    // In UTF-16 a surrogate comes before U+E000 to U+FFFF, although the code point that it is part of comes after them.
    return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}
