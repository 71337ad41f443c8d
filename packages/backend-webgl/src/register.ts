import {
  BackendError,
  type Kernel,
  kernelNames,
  type RegisteredBackend,
  replaceKernels,
} from '@resnetjs/backend';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { checkAvailable } from './availability.js';
import { averagePoolGradient } from './average-pool-gradient.js';
import { batchNormTraining, batchNormTrainingGradient } from './batch-norm.js';
import { conv2D, fusedConv2D } from './convolution.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { describeDevice, measurePrecision } from './device.js';
import { adamUpdate, addRelu, reluGradient } from './elementwise.js';
import type { KernelContext } from './kernel.js';
import { type ContextWatch, watchContext } from './lost-context.js';
import { matrixProduct } from './matrix-product.js';

const backendName = 'webgl';
/** As TensorFlow.js registers it. */
const priority = 2;
const makeBackend = () => new MathBackendWebGL();

export interface RegisterOptions {
  /**
   * Whether WebGL that the browser draws in software, without a GPU, will do; no unless told, as WebAssembly is
   * faster. Too late once anything has asked TensorFlow.js for WebGL.
   */
  readonly software?: boolean;
}

const kernels: Readonly<Record<string, Kernel<KernelContext>>> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: fusedConv2D,
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.AvgPoolGrad]: averagePoolGradient,
  [tf.BatchMatMul]: matrixProduct,
  [tf._FusedMatMul]: matrixProduct,
  [kernelNames.batchNormTraining]: batchNormTraining,
  [kernelNames.batchNormTrainingGradient]: batchNormTrainingGradient,
  [kernelNames.addRelu]: addRelu,
  [kernelNames.reluGradient]: reluGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

/** What runs, until the browser takes it away. */
let served: { backend: MathBackendWebGL; watch: ContextWatch; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's WebGL backend, makes it the current one, and gives it the kernels that training needs, on a
 * page or in a worker. Calling it again changes nothing, but after the context was lost: then it starts anew. Throws
 * BackendError where there is no WebGL 2, or it does not start.
 */
export async function register({ software = false }: RegisterOptions = {}): Promise<RegisteredBackend> {
  if (served?.watch.isLost()) startAnew();
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
  // TensorFlow.js's packed gradient of a strided convolution adds what texels hold beyond an odd number of channels;
  // where ours doesn't stand in, its plain one does.
  tf.env().set('WEBGL_PACK_CONV2DTRANSPOSE', false);
  if (software) tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
  if (!tf.findBackendFactory(backendName)) tf.registerBackend(backendName, makeBackend, priority);
  try {
    if (!(await tf.setBackend(backendName))) throw startFailed();
    await tf.ready();
  } catch (cause) {
    throw cause instanceof BackendError ? cause : startFailed(cause);
  }
  const backend = tf.backend();
  if (!(backend instanceof MathBackendWebGL) || tf.env().getNumber('WEBGL_VERSION') !== 2)
    throw startFailed();
  return backend;
}

/** Puts a new backend, with a new context, in the place of the one that was lost. */
function startAnew(): void {
  const factory = tf.findBackendFactory(backendName) ?? makeBackend;
  tf.removeBackend(backendName);
  tf.registerBackend(backendName, factory, priority);
  served = undefined;
}

function startFailed(cause?: unknown): BackendError {
  return new BackendError(
    'start-failed',
    'TensorFlow.js could not start its WebGL backend, though this browser has WebGL 2; most often because something set its flags before. Load the page again, or use the wasm backend.',
    { cause },
  );
}
