import { BackendError, kernelNames, type RegisteredBackend } from '@resnetjs/backend';
import { MathBackendWebGL, version_webgl } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, batchNormTrainingGradient } from './batch-norm.js';
import { conv2D, fusedConv2D } from './convolution.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { addRelu, adamUpdate, reluGradient } from './elementwise.js';
import type { Kernel } from './kernel.js';

const backendName = 'webgl';

const kernels: Readonly<Record<string, Kernel>> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: fusedConv2D,
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [kernelNames.batchNormTraining]: batchNormTraining,
  [kernelNames.batchNormTrainingGradient]: batchNormTrainingGradient,
  [kernelNames.addRelu]: addRelu,
  [kernelNames.reluGradient]: reluGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

const stockKernels = new Map<string, tf.KernelConfig>();

export async function register(): Promise<RegisteredBackend> {
  await tf.setBackend('webgl');
  await tf.ready();
  const backend = tf.backend();
  if (!(backend instanceof MathBackendWebGL)) throw new BackendError('start-failed', 'x');
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const present = tf.getKernel(kernelName, backendName);
    if (present !== undefined) {
      if (!stockKernels.has(kernelName)) stockKernels.set(kernelName, present);
      tf.unregisterKernel(kernelName, backendName);
    }
    const stock = stockKernels.get(kernelName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (given) =>
        kernel(
          { backend: given.backend as MathBackendWebGL, stock: () => stock!.kernelFunc(given) },
          given.inputs as never,
          given.attrs as never,
        ),
    });
  }
  return {
    name: backendName,
    threads: 1,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_webgl },
  };
}
