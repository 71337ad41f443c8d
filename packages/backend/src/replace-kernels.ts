import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.js';

type Call = Parameters<tf.KernelFunc>[0];

/** TensorFlow.js's own kernels by backend and name, as they were before any was replaced. */
const stockKernels = new Map<string, tf.KernelConfig>();

/**
 * Registers kernels for a backend, in place of those that have their names; `run` calls one, and is given TensorFlow.js's
 * own for what it doesn't compute itself. To be called again for a backend that was removed and made anew.
 */
export function replaceKernels<Kernel>(
  { name: backendName, backend }: { readonly name: string; readonly backend: tf.KernelBackend },
  kernels: Readonly<Record<string, Kernel>>,
  run: (kernel: Kernel, given: Call, stock: tf.KernelFunc) => tf.TensorInfo | tf.TensorInfo[],
): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const key = `${backendName} ${kernelName}`;
    const present = tf.getKernel(kernelName, backendName);
    if (present !== undefined) {
      if (!stockKernels.has(key)) stockKernels.set(key, present);
      tf.unregisterKernel(kernelName, backendName);
    }
    const known = stockKernels.get(key);
    known?.setupFunc?.(backend);
    const stock = known?.kernelFunc ?? (() => missing(kernelName, backendName));
    tf.registerKernel({ kernelName, backendName, kernelFunc: (given) => run(kernel, given, stock) });
  }
}

function missing(kernelName: string, backendName: string): never {
  throw new BackendError(
    'bad-arguments',
    `TensorFlow.js has no ${kernelName} for ${backendName} that takes these arguments.`,
  );
}
