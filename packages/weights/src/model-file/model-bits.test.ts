// A model file keeps every value to the bit, and holds none that is not finite.
import '@tensorflow/tfjs-backend-cpu';
import { createVariables, disposeVariables, parameters } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { decodeClassifier } from './decode-classifier.js';
import { encodeClassifier } from './encode-classifier.js';
import { readSafetensorsHeader } from '../containers/safetensors.js';
import { sealed, tinyClassifier, tinyNetwork } from './tiny.test-support.js';

beforeAll(() => tf.setBackend('cpu'));

const special = [2 ** -149, -(2 ** -149), 2 ** -126, -0, 0, 3.4028234663852886e38, -1e-39, 1];

/** A classifier of all kinds of finite numbers, and its file. */
async function written() {
  const { variables: unused, ...described } = tinyClassifier();
  disposeVariables(unused);
  const variables = createVariables(tinyNetwork, ({ shape, role }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return Float32Array.from({ length: count }, (_, i) => {
      const value = special[(i * 3 + count) % special.length] as number;
      return role === 'variance' ? Math.abs(value) : value;
    });
  });
  const bytes = Uint8Array.from(await encodeClassifier({ ...described, variables }));
  return { bytes, variables };
}

it('keeps subnormal numbers, the largest, and the sign of 0', async () => {
  const { bytes, variables } = await written();
  const read = await decodeClassifier(bytes);
  for (const kind of ['weights', 'statistics'] as const)
    for (const [id, tensor] of variables[kind]) {
      const bits = (each: tf.Tensor | undefined) => [
        ...new Uint32Array(each?.dataSync().slice().buffer ?? []),
      ];
      expect(bits(read.variables[kind].get(id))).toEqual(bits(tensor));
    }
  disposeVariables(read.variables);
  disposeVariables(variables);
});

it('is refused for one value that is not finite, first or last, in any tensor', async () => {
  const { bytes, variables } = await written();
  disposeVariables(variables);
  const tensors = tf.memory().numTensors;
  const { tensors: entries } = readSafetensorsHeader(bytes);
  for (const { id } of parameters(tinyNetwork)) {
    const { start, end } = entries.get(id) ?? { start: 0, end: 0 };
    for (const [at, bad] of [
      [start, Number.NaN],
      [end - 4, Number.POSITIVE_INFINITY],
      [end - 4, Number.NEGATIVE_INFINITY],
    ] as const) {
      const file = bytes.slice();
      new DataView(file.buffer).setFloat32(at, bad, true);
      await expect(decodeClassifier(sealed(file))).rejects.toThrow(`${id} holds values that are not finite`);
    }
  }
  expect(tf.memory().numTensors).toBe(tensors);
});
