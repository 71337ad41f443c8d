import { createNetwork, preprocessings } from '@resnetjs/core';
import { encodeWeights } from '@resnetjs/weights';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { load } from './load.js';

it('starts WebAssembly where no backend runs', async () => {
  const network = createNetwork('cifar/resnet20');
  const read = async ({ shape, role }: { shape: readonly number[]; role: string }) =>
    new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(role === 'variance' ? 1 : 0.01);
  const weights = { network, classes: null, preprocessing: preprocessings.cifar, training: null, read };
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of encodeWeights(weights, { to: 'safetensors' }).parts)
    parts.push(Uint8Array.from(part));
  expect(tf.getBackend()).toBeFalsy();
  const loaded = await load(new Blob(parts));
  expect(tf.getBackend()).toBe('wasm');
  loaded.dispose();
});
