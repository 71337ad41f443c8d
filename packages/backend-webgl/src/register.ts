import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

export async function register() {
  await tf.setBackend('webgl');
  await tf.ready();
}
