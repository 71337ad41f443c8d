import { type RegisteredBackend, replaceKernels } from '@resnetjs/backend';
import { MathBackendCPU, version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter } from './filter-gradient.js';

const backendName = 'cpu';
/** As TensorFlow.js registers it: behind every other. */
const priority = 1;
const kernels = { [tf.Conv2DBackpropFilter]: conv2DBackpropFilter };

let served: { backend: MathBackendCPU; result: RegisteredBackend } | undefined;

/**
 * Makes TensorFlow.js's plain JavaScript the current backend, and gives it what training needs. It runs wherever
 * JavaScript does, and is the slowest. Calling it again changes nothing.
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

/** At its first tensor in Node the backend recommends tfjs-node on the terminal, which is no news to who chose this one. */
function withoutRecommendation(makeFirstTensor: () => void): void {
  const before = tf.env().get('PROD');
  tf.env().set('PROD', true);
  makeFirstTensor();
  tf.env().set('PROD', before);
}
