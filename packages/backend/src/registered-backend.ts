import type { BackendError } from './backend-error.js';

/** What a backend package's `register` returns: the backend that was registered, and its capabilities. */
export interface RegisteredBackend {
  /** Its name in TensorFlow.js: `tf.setBackend(name)`. */
  readonly name: string;
  /** The number of compute threads; 1 if the backend has no threads of its own. */
  readonly threads: number;
  /** Bits of a float as the device stores it: 32, or 16 for half precision. */
  readonly precision: 16 | 32;
  /** Names of the kernels that the package added or replaced, including optional ones. */
  readonly kernels: readonly string[];
  /** Facts for a report, such as the instruction set, the driver or the version. */
  readonly details: Readonly<Record<string, string>>;
  /**
   * Resolves to a `device-lost` error when the browser takes the device away, with all tensors on it; from then on,
   * computing and reading on it throw that error too. Absent if the device can't be lost.
   */
  readonly lost?: Promise<BackendError>;
}

/** Whether two of `details.instructions` give the same bits: whatever the length of vectors. */
export const sameRounding = (one: string, other: string): boolean =>
  one.replace(/\d+ bits/, '') === other.replace(/\d+ bits/, '');
