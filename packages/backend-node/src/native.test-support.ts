import { describe } from 'vitest';
import { locateNative } from './locate.js';

const found = locateNative();

/** Whether native TensorFlow is here; `npm test` installs it, and says why where it can't. */
export const installed = found.native !== null;

/** A group of tests that need it: where it isn't, they are skipped, and the name says why. */
export const describeNative = (name: string, tests: () => void) =>
  describe.skipIf(!installed)(installed ? name : `${name} (native TensorFlow is not installed)`, tests);
