import type { BackendError } from './backend-error.js';

/** What a backend package's `register` returns: what was registered, and what it can do. */
export interface RegisteredBackend {
  /** The name under which TensorFlow.js knows it: `tf.setBackend(name)`. */
  readonly name: string;
  /** Threads that compute; 1 where the backend does not use threads of its own. */
  readonly threads: number;
  /** Bits of the significand's storage type on this device. */
  readonly precision: 16 | 32;
  /** Names of the kernels that this package added or replaced, optional ones included. */
  readonly kernels: readonly string[];
  /** Facts for a report, in words: the instruction set, the driver, the version. */
  readonly details: Readonly<Record<string, string>>;
  /**
   * Settles, with a `device-lost` error, when the browser takes the device and all tensors on it away; from then on
   * whatever computes or reads there throws that error too. Absent where a device can't be lost.
   */
  readonly lost?: Promise<BackendError>;
}
