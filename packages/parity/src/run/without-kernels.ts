import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';

/** The names of the optional kernels that the current backend has. */
export function optionalKernels(): readonly string[] {
  return Object.values(kernelNames).filter((name) => tf.getKernel(name, tf.getBackend()));
}

/** Unregisters kernels of the current backend while `run` runs. */
export async function withoutKernels<Result>(
  names: readonly string[],
  run: () => Promise<Result>,
): Promise<Result> {
  const backend = tf.getBackend();
  const kernels = names.flatMap((name) => tf.getKernel(name, backend) ?? []);
  for (const { kernelName, backendName } of kernels) tf.unregisterKernel(kernelName, backendName);
  try {
    return await run();
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}
