import type { RegisteredBackend } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { backendName, type NodeBackend } from './node-backend.js';
import { type StartOptions, type Started, startStock } from './start-stock.js';

export interface RegisterOptions extends StartOptions {}

type Kernel = (
  backend: NodeBackend,
  inputs: never,
  attrs: never,
  stock: tf.KernelFunc,
) => tf.TensorInfo | tf.TensorInfo[];

const kernels: Readonly<Record<string, Kernel>> = {};

let served: { started: Started; result: RegisteredBackend } | undefined;

export async function register(options: RegisterOptions = {}): Promise<RegisteredBackend> {
  const started = await startStock(options);
  if (served?.started === started) return served.result;
  const result: RegisteredBackend = {
    name: backendName,
    threads: started.threads,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: started.tensorflow, from: started.source },
  };
  served = { started, result };
  return result;
}
