import { kernelNames, type KernelTable, type RegisteredBackend, replaceKernels } from '@resnetjs/backend';
import { MathBackendCPU, version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter } from './filter-gradient.js';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './grouped-convolution.js';

const backendName = 'cpu';
/** TensorFlow.js's own priority for it: below every other backend's. */
const priority = 1;
const kernels: KernelTable<{ readonly backend: MathBackendCPU }> = {
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [kernelNames.convolution]: { kernel: convolution, activations: ['relu'] },
  [kernelNames.convolutionInputGradient]: convolutionInputGradient,
  [kernelNames.convolutionFilterGradient]: convolutionFilterGradient,
};

let served: { backend: MathBackendCPU; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's plain JavaScript backend, makes it the current one, replaces its slowest training kernel, the
 * gradient of a convolution with respect to its filter, and adds convolutions in groups and with dilation. It runs wherever JavaScript does, and is the slowest backend. Calling
 * it again changes nothing.
 *
 * @example
 * import { register } from '@resnetjs/backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await register();
 * console.log(tf.getBackend()); // cpu
 */
export async function register(): Promise<RegisteredBackend> {
  if (!tf.findBackendFactory(backendName))
    tf.registerBackend(backendName, () => new MathBackendCPU(), priority);
  await tf.setBackend(backendName);
  const backend = tf.backend() as MathBackendCPU;
  if (served?.backend === backend) return served.result;

  withoutRecommendation(() => tf.scalar(0).dispose());
  replaceKernels(backendName, kernels, { backend });
  const result: RegisteredBackend = {
    name: backendName,
    threads: 1,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_cpu, instructions: 'plain JavaScript' },
  };
  served = { backend, result };
  return result;
}

/** In Node the backend prints a recommendation of tfjs-node at its first tensor; the caller chose this one. */
function withoutRecommendation(makeFirstTensor: () => void): void {
  const before = tf.env().get('PROD');
  tf.env().set('PROD', true);
  makeFirstTensor();
  tf.env().set('PROD', before);
}
