import { sep } from 'node:path';
import { kernelNames, type KernelTable, type RegisteredBackend, replaceKernels } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { homeFolder } from './cache-folder.js';
import { activationGradient, fusedAdd } from './kernels/activation.js';
import { adamUpdate } from './kernels/adam.js';
import {
  batchNormTraining,
  batchNormTrainingGradient,
  hasOneDnnNormalization,
} from './kernels/batch-norm.js';
import { castFirst } from './kernels/cast-first.js';
import {
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  fusedConv2D,
  fusedConvAdd,
  hasFusedConvolution,
  hasOneDnnGradients,
} from './kernels/convolution.js';
import { groupedKernels } from './kernels/grouped-convolution.js';
import { makeNative, type Native, type OneDnn } from './kernels/native.js';
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './kernels/pooling.js';
import { backendName } from './node-backend.js';
import { avoidsOneDnn, lacksAvx512 } from './tensorflow-environment.js';
import { type StartedBackend, type RegisterOptions, startStock } from './start-stock.js';

const kernels: KernelTable<Native> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: { kernel: fusedConv2D, activations: ['relu'] },
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.MaxPool]: maxPool,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.AvgPool]: avgPool,
  [tf.AvgPoolGrad]: avgPoolGrad,
  [tf.Exp]: castFirst('int32', 'float32'),
  [tf.ArgMax]: castFirst('bool', 'int32'),
  [tf.ArgMin]: castFirst('bool', 'int32'),
  [kernelNames.batchNormTraining]: { kernel: batchNormTraining, activations: ['relu'] },
  [kernelNames.batchNormTrainingGradient]: { kernel: batchNormTrainingGradient, activations: ['relu'] },
  [kernelNames.fusedAdd]: { kernel: fusedAdd, activations: ['relu'] },
  [kernelNames.activationGradient]: { kernel: activationGradient, activations: ['relu'] },
  [kernelNames.fusedConvAdd]: { kernel: fusedConvAdd, activations: ['relu'] },
  [kernelNames.adamUpdate]: adamUpdate,
};

/** The backend that has the kernels: one that was removed and created again needs them again. */
let served: { started: StartedBackend; result: RegisteredBackend } | undefined;

/**
 * Starts native TensorFlow, makes it TensorFlow.js's current backend, and registers kernels that it lacks and kernels that make
 * training fast. Calling it again changes nothing. A program that uses `@tensorflow/tfjs-node` itself imports that first.
 *
 * Throws BackendError: `unavailable` if native TensorFlow isn't installed or can't be loaded (the message says what to do),
 * `start-failed` if its backend doesn't start, `bad-arguments` if `threads` is out of range.
 *
 * @example
 * import { register } from '@resnetjs/backend-node';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const { threads, details } = await register({ threads: 2 });
 * console.log(tf.getBackend(), threads, details.tensorflow); // tensorflow 2 2.21.0
 */
export async function register(options: RegisterOptions = {}): Promise<RegisteredBackend> {
  const started = await startStock(options);
  if (served?.started === started) return served.result;

  const { backend } = started;
  const untried = makeNative(backend, {
    fused: true,
    gradients: true,
    normalization: true,
    slowForOneImage: lacksAvx512(),
  });
  const isAvoided = avoidsOneDnn();
  const oneDnn: OneDnn = {
    ...untried.oneDnn,
    fused: !isAvoided && hasFusedConvolution(untried),
    gradients: !isAvoided && hasOneDnnGradients(untried),
    normalization: !isAvoided && hasOneDnnNormalization(untried),
  };
  const native: Native = { ...untried, oneDnn };
  const all: KernelTable<Native> = { ...kernels, ...groupedKernels(native) };
  replaceKernels(backendName, all, native);
  const result: RegisteredBackend = {
    name: backendName,
    threads: started.threads,
    precision: 32,
    kernels: Object.keys(all),
    details: {
      tensorflow: started.tensorflow,
      from: fromHome(started.source),
      convolution: oneDnn.fused
        ? 'with bias and ReLU in one pass (oneDNN)'
        : 'bias and ReLU in separate passes',
      ...(isAvoided
        ? { oneDNN: 'off: it ends the process where a machine hides the sizes of its caches' }
        : {}),
    },
  };
  served = { started, result };
  return result;
}

/** A path with `~` for the home folder, so that a report doesn't show the user's name. */
function fromHome(path: string): string {
  const home = homeFolder();
  return home !== '' && path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
