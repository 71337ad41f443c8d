import type { LeftOut } from './arrange-images.js';

/** Reasons that are named, and characters of a path. */
const MAX_KINDS = 6;
const MAX_PATH = 60;

/**
 * What was left out, in words: `7 files: 5 .gif (red/a.gif …), 2 hidden (.DS_Store …)`; null if nothing was.
 *
 * @example
 * const text = describeLeftOut((await imageFolder('flowers/')).leftOut);
 */
export function describeLeftOut(leftOut: readonly LeftOut[]): string | null {
  if (leftOut.length === 0) return null;
  const all = leftOut.reduce((sum, { files }) => sum + files, 0);
  const kinds = leftOut.slice(0, MAX_KINDS).map(({ kind, files, example }) => {
    const path = example.length > MAX_PATH ? `…${example.slice(1 - MAX_PATH)}` : example;
    return `${files} ${kind} (${path}${files > 1 ? ' …' : ''})`;
  });
  const rest = leftOut.length > MAX_KINDS ? [`${leftOut.length - MAX_KINDS} more kinds`] : [];
  const formats = leftOut.some(({ kind }) => kind.startsWith('.'))
    ? '. Only JPEG, PNG and WebP are read'
    : '';
  return `${all} ${all === 1 ? 'file' : 'files'}: ${[...kinds, ...rest].join(', ')}${formats}`;
}
