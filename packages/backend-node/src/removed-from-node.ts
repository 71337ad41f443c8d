import util from 'node:util';

/** Functions of `node:util` that tfjs-node 4.22.0 calls: deprecated with a warning in Node 22, removed in Node 23. */
const removed = {
  isNullOrUndefined: (value: unknown): value is null | undefined => value === null || value === undefined,
  isArray: (value: unknown): value is unknown[] => Array.isArray(value),
};

/** `node:util` with those functions, for tfjs-node's files alone; Node's own is left as it is. */
export const utilAsItWas: object = Object.assign(Object.create(util), removed);

/**
 * Puts the removed functions back on Node's own `util`, not enumerable: for a tfjs-node that the program has loaded itself,
 * which can't get another `util` any more.
 */
export function putBackOnUtil(): void {
  for (const [name, value] of Object.entries(removed)) {
    if (name in util) continue;
    Object.defineProperty(util, name, { value, configurable: true, writable: true, enumerable: false });
  }
}
