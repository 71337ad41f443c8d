import util from 'node:util';

/** What tfjs-node 4.22.0 takes from `node:util`: deprecated with a warning in Node 22, gone in Node 23. */
const removed = {
  isNullOrUndefined: (value: unknown): value is null | undefined => value === null || value === undefined,
  isArray: (value: unknown): value is unknown[] => Array.isArray(value),
};

/** `node:util` with those functions, for files that are given it; Node's own is left as it is. */
export const utilAsItWas: object = Object.assign(Object.create(util), removed);

/**
 * Puts the functions back on Node's own `util` where they are gone, not enumerable: for a tfjs-node
 * that the program has loaded by itself, which can no longer be given another `util`.
 */
export function putBackOnUtil(): void {
  for (const [name, value] of Object.entries(removed)) {
    if (name in util) continue;
    Object.defineProperty(util, name, { value, configurable: true, writable: true, enumerable: false });
  }
}
