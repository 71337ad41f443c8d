import { kernelNames, type RegisteredBackend } from '@resnetjs/backend';
import { BackendWasm, getThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { WasmBackendError } from './errors.js';
import { heapMemory, type KernelContext } from './heap.js';
import { startMicrokernels } from './microkernels.js';
import { fusedBatchNorm, maxPoolGrad } from './replaced-kernels.js';
import {
  adamUpdate,
  addRelu,
  batchNormTraining,
  batchNormTrainingGradient,
  reluGradient,
} from './training-kernels.js';

const backendName = 'wasm';

export interface RegisterOptions {
  /**
   * Where TensorFlow.js's own .wasm files are: a folder's URL, or the URL of each by file name.
   * Node needs none; for a bundler see `@resnetjs/backend-wasm/wasm-paths`. Too late once the
   * backend has started.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
}

/** Kernel functions get their inputs and attributes untyped; the names in this table vouch for them. */
type Kernel = (
  context: KernelContext,
  inputs: never,
  attrs: never,
  stock: tf.KernelFunc,
) => tf.TensorInfo | tf.TensorInfo[];

const kernels: Readonly<Record<string, Kernel>> = {
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.FusedBatchNorm]: fusedBatchNorm,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [kernelNames.batchNormTraining]: batchNormTraining,
  [kernelNames.batchNormTrainingGradient]: batchNormTrainingGradient,
  [kernelNames.addRelu]: addRelu,
  [kernelNames.reluGradient]: reluGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

/** TensorFlow.js's own kernels under the names above, as they were before any was replaced. */
const stockKernels = new Map<string, tf.KernelConfig>();

/** The backend whose kernels stand: one that was removed and made again needs them again. */
let served: { backend: BackendWasm; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's Wasm backend, makes it the current one, and gives it the kernels that
 * training needs. Calling it again changes nothing. Throws WasmBackendError where WebAssembly SIMD
 * is missing or the backend does not start.
 */
export async function register(options: RegisterOptions = {}): Promise<RegisteredBackend> {
  const backend = await startBackend(options);
  if (served?.backend === backend) return served.result;

  const context = { backend, microkernels: await startMicrokernels(heapMemory(backend)) };
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const present = tf.getKernel(kernelName, backendName);
    if (present !== undefined) {
      if (served === undefined) stockKernels.set(kernelName, present);
      tf.unregisterKernel(kernelName, backendName);
    }
    const stock = stockKernels.get(kernelName);
    stock?.setupFunc?.(backend);
    const stockFunc = stock?.kernelFunc ?? missing;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => kernel(context, inputs as never, attrs as never, stockFunc),
    });
  }
  const result: RegisteredBackend = {
    name: backendName,
    threads: getThreadsCount(),
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_wasm, instructions: 'WebAssembly SIMD, 128 bits' },
  };
  served = { backend, result };
  return result;
}

function missing(): never {
  throw new WasmBackendError('bad-arguments', 'TensorFlow.js has no such kernel for Wasm.');
}

async function startBackend({ wasmPaths }: RegisterOptions): Promise<BackendWasm> {
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new WasmBackendError(
      'simd-missing',
      'This JavaScript engine has no WebAssembly SIMD. Use a newer browser or Node, or another backend.',
    );
  }
  let started: boolean;
  try {
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths as string);
    // TensorFlow.js starts its threads from its own source text, which a minifier has changed: then
    // it waits for them forever. A backend that already runs keeps what it has.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    started = await tf.setBackend(backendName);
    await tf.ready();
  } catch (cause) {
    throw startFailed(cause);
  }
  if (!started) throw startFailed();
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm)) throw startFailed();
  return backend;
}

function startFailed(cause?: unknown): WasmBackendError {
  return new WasmBackendError(
    'start-failed',
    'TensorFlow.js could not start its Wasm backend; in a browser, most often because the page does not serve its .wasm files. Pass their location as `wasmPaths`, and set it before anything else starts the backend.',
    { cause },
  );
}
