import * as tf from '@tensorflow/tfjs-core';
import type { FusedActivation, FusingKernelConfig } from './activation.js';
import { BackendError } from './backend-error.js';
import type { FusingKernelName } from './kernels.js';

type Outputs = tf.TensorInfo | tf.TensorInfo[];

/** TensorFlow.js's own kernel of the same name. Inputs and attributes default to those of the call. */
export type StockKernel = <Result extends Outputs = Outputs>(inputs?: object, attrs?: object) => Result;

/**
 * The implementation of a kernel. TensorFlow.js passes inputs and attributes untyped; a kernel declares what its name
 * implies.
 */
export type Kernel<Context> = (context: Context, inputs: never, attrs: never, stock: StockKernel) => Outputs;

/** A kernel that has an `activation` attribute, and the activations that it fuses. */
export interface FusingKernel<Context> {
  readonly kernel: Kernel<Context>;
  readonly activations: readonly FusedActivation[];
}

/** Kernels by name; the optional ones with an `activation` attribute say which activations they fuse. */
export type KernelTable<Context> = Readonly<Record<string, Kernel<Context> | FusingKernel<Context>>> & {
  readonly [Name in FusingKernelName]?: FusingKernel<Context>;
};

/** TensorFlow.js's own kernels by backend and name, from before they were replaced. */
const stockKernels = new Map<string, tf.KernelConfig>();

/**
 * Registers kernels for a backend, with the activations that they fuse, replacing those with the same names. Each kernel
 * gets the context, and TensorFlow.js's own kernel to fall back on. Call it again after the backend was removed and
 * created again.
 *
 * @example
 * replaceKernels('cpu', { Relu: (_context, inputs, attrs, stock) => stock() }, { backend: tf.backend() });
 */
export function replaceKernels<Context extends { readonly backend: tf.KernelBackend }>(
  backendName: string,
  kernels: KernelTable<Context>,
  context: Context,
): void {
  const { backend } = context;
  for (const [kernelName, given] of Object.entries(kernels)) {
    const kernel = typeof given === 'function' ? given : given.kernel;
    const key = `${backendName} ${kernelName}`;
    const present = tf.getKernel(kernelName, backendName);
    if (present !== undefined) {
      if (!stockKernels.has(key)) stockKernels.set(key, present);
      tf.unregisterKernel(kernelName, backendName);
    }
    const known = stockKernels.get(key);
    known?.setupFunc?.(backend);
    const stockFunc = known?.kernelFunc ?? (() => missing(kernelName, backendName));
    const kernelFunc: tf.KernelFunc = (call) => {
      const stock = (inputs: object = call.inputs, attrs: object | undefined = call.attrs) =>
        stockFunc({ inputs: inputs as never, attrs: attrs as never, backend });
      return kernel(context, call.inputs as never, call.attrs as never, stock as StockKernel);
    };
    const config = { kernelName, backendName, kernelFunc };
    const fusing = (activations: readonly FusedActivation[]): FusingKernelConfig => ({
      ...config,
      activations,
    });
    tf.registerKernel(typeof given === 'function' ? config : fusing(given.activations));
  }
}

function missing(kernelName: string, backendName: string): never {
  throw new BackendError(
    'bad-arguments',
    `TensorFlow.js has no ${kernelName} for ${backendName} that takes these arguments.`,
  );
}
