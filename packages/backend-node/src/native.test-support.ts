import { describe } from 'vitest';
import { locateNative } from './locate.js';

const found = locateNative();

/** Whether native TensorFlow is installed; `npm test` installs it, or says why it can't. */
export const installed = found.native !== null;

/** A group of tests that need native TensorFlow; if it isn't installed, they are skipped, and the name says why. */
export const describeNative = (name: string, tests: () => void) =>
  describe.skipIf(!installed)(installed ? name : `${name} (native TensorFlow is not installed)`, tests);
