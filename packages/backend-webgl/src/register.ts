import {
  BackendError,
  kernelNames,
  type KernelTable,
  type RegisteredBackend,
  replaceKernels,
  setBackendOrThrow,
} from '@resnetjs/backend';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { checkAvailable } from './availability.js';
import { averagePoolGradient } from './average-pool-gradient.js';
import { batchNormTraining, batchNormTrainingGradient } from './batch-norm.js';
import { conv2D, fusedConv2D } from './convolution.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { describeDevice, measurePrecision } from './device.js';
import { activationGradient, adamUpdate, fusedAdd } from './elementwise.js';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './grouped-convolution.js';
import type { KernelContext } from './kernel.js';
import { type ContextWatch, watchContext } from './lost-context.js';
import { matrixProduct } from './matrix-product.js';

const backendName = 'webgl';
/** TensorFlow.js's own priority for it. */
const priority = 2;
const makeBackend = () => new MathBackendWebGL();

/** Options of `register`. */
export interface RegisterOptions {
  /**
   * Whether to allow WebGL that the browser renders in software, without a GPU, which is slower than WebAssembly. It has no
   * effect once anything has asked TensorFlow.js for WebGL. Default: false.
   */
  readonly software?: boolean;
}

const kernels: KernelTable<KernelContext> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: { kernel: fusedConv2D, activations: ['relu'] },
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.AvgPoolGrad]: averagePoolGradient,
  [tf.BatchMatMul]: matrixProduct,
  [tf._FusedMatMul]: matrixProduct,
  [kernelNames.batchNormTraining]: { kernel: batchNormTraining, activations: ['relu'] },
  [kernelNames.batchNormTrainingGradient]: { kernel: batchNormTrainingGradient, activations: ['relu'] },
  [kernelNames.fusedAdd]: { kernel: fusedAdd, activations: ['relu'] },
  [kernelNames.activationGradient]: { kernel: activationGradient, activations: ['relu'] },
  [kernelNames.convolution]: { kernel: convolution, activations: ['relu'] },
  [kernelNames.convolutionInputGradient]: convolutionInputGradient,
  [kernelNames.convolutionFilterGradient]: convolutionFilterGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

/** The running backend, until the browser takes its context away. */
let served: { backend: MathBackendWebGL; watch: ContextWatch; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's WebGL backend, on a page or in a worker, makes it the current one, and registers the kernels that
 * training needs. Calling it again changes nothing, unless the context was lost: then a new backend is started.
 *
 * Throws BackendError: `unavailable` if there is no WebGL 2, no float textures or no GPU, `start-failed` if the backend doesn't
 * start.
 *
 * @example
 * import { register } from '@resnetjs/backend-webgl';
 *
 * const { precision, lost } = await register();
 * console.log(precision); // 32
 * lost?.then((error) => console.error(error.message)); // 'device-lost'
 */
export async function register({ software = false }: RegisterOptions = {}): Promise<RegisteredBackend> {
  if (served?.watch.isLost()) replaceBackend();
  else if (served === undefined || tf.findBackend(backendName) !== served.backend)
    checkAvailable({ software });
  const backend = await start(software);
  if (served?.backend === backend) return served.result;

  const precision = measurePrecision(backend);
  const watch = watchContext(backend);
  replaceKernels(backendName, kernels, { backend });
  const result: RegisteredBackend = {
    name: backendName,
    threads: 1,
    precision,
    kernels: Object.keys(kernels),
    details: describeDevice(backend),
    lost: watch.lost,
  };
  served = { backend, watch, result };
  return result;
}

async function start(software: boolean): Promise<MathBackendWebGL> {
  // TensorFlow.js's packed gradient of a strided convolution adds what texels hold beyond an odd number of channels. Where
  // ours doesn't replace it, its unpacked one is used.
  tf.env().set('WEBGL_PACK_CONV2DTRANSPOSE', false);
  if (software) tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
  if (!tf.findBackendFactory(backendName)) tf.registerBackend(backendName, makeBackend, priority);
  try {
    await setBackendOrThrow(backendName);
    await tf.ready();
  } catch (cause) {
    throw cause instanceof BackendError ? cause : startFailed(cause);
  }
  const backend = tf.backend();
  if (!(backend instanceof MathBackendWebGL) || tf.env().getNumber('WEBGL_VERSION') !== 2)
    throw startFailed();
  return backend;
}

/** Replaces the lost backend by a new one, with a new context. */
function replaceBackend(): void {
  const factory = tf.findBackendFactory(backendName) ?? makeBackend;
  tf.removeBackend(backendName);
  tf.registerBackend(backendName, factory, priority);
  served = undefined;
}

function startFailed(cause?: unknown): BackendError {
  return new BackendError(
    'start-failed',
    'TensorFlow.js could not start its WebGL backend, although this browser has WebGL 2. The usual cause is that something set its flags earlier. Reload the page, or use the wasm backend.',
    { cause },
  );
}
