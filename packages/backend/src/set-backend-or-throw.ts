import * as tf from '@tensorflow/tfjs-core';

/**
 * Makes a backend current, and starts it if it isn't running. Where it doesn't start, TensorFlow.js prints the reason and returns
 * false; this prints nothing, and throws the reason.
 */
export async function setBackendOrThrow(backendName: string): Promise<void> {
  const entry = tf.engine().registryFactory[backendName];
  if (entry === undefined) throw new Error(`no backend "${backendName}" is registered.`);
  const { factory } = entry;
  let reason: unknown;
  entry.factory = async () => {
    try {
      return await factory();
    } catch (error) {
      reason = error;
      throw error;
    }
  };
  const inProduction = tf.env().getBool('PROD'); // TensorFlow.js prints no warnings then
  tf.env().set('PROD', true);
  try {
    if (!(await tf.setBackend(backendName)))
      throw reason ?? new Error('another backend was chosen meanwhile.');
  } finally {
    tf.env().set('PROD', inProduction);
    entry.factory = factory;
  }
}
