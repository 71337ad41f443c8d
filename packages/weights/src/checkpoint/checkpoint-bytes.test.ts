// Where each byte of a checkpoint counts, and how its checksum is made: files of before must stay readable.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import { disposeTiny, joined, tinyCheckpoint, valuesOf } from './checkpoint.test-support.js';
import { Checksum } from '../model-file/checksum.js';
import { decodeCheckpoint } from './decode-checkpoint.js';
import { encodeCheckpoint } from './encode-checkpoint.js';
import { checksumOf } from '../model-file/tiny.test-support.js';
import { readSafetensorsHeader, type TensorEntry } from '../containers/safetensors.js';

it.each([1, 2, 5])(
  'the checksum of %d parts is the SHA-256 of the first, and that of their SHA-256s, in order',
  async (count) => {
    const parts = Array.from({ length: count }, (_, i) =>
      Uint8Array.from({ length: 3 * i + 1 }, (_, j) => i * 50 + j),
    );
    const checksum = new Checksum();
    for (const part of parts) await checksum.add(part);
    expect(await checksum.result()).toEqual(checksumOf(parts));
  },
);

describe('a checkpoint', () => {
  let parts: Uint8Array<ArrayBuffer>[];
  let bytes: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    const own = tinyCheckpoint();
    parts = [];
    for await (const part of encodeCheckpoint(own, {})) parts.push(part.slice());
    bytes = new Uint8Array(Buffer.concat(parts));
    disposeTiny(own);
  });

  const refused = async (file: Uint8Array, message: RegExp) => {
    const tensors = tf.memory().numTensors;
    await expect(decodeCheckpoint(byteSource(file))).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(tensors);
  };

  it('ends with the checksum of its header and of each tensor', () => {
    expect(parts.at(-1)).toEqual(checksumOf(parts.slice(0, -1)));
    expect(parts.length).toBe(readSafetensorsHeader(bytes).tensors.size + 1);
  });

  it('is refused for a change of any byte of the checksum', async () => {
    for (let i = 1; i <= 64; i++) {
      const file = bytes.slice();
      file[bytes.length - i] = (file[bytes.length - i] as number) ^ 1;
      await refused(file, i <= 32 ? /its checksum is wrong/ : /checksum of its header is wrong/);
    }
  });

  it('is refused for one bit of any of its tensors', async () => {
    const { tensors } = readSafetensorsHeader(bytes);
    for (const [name, { start, end }] of tensors) {
      if (name === 'checksum') continue;
      for (const at of [start, end - 4]) {
        const file = bytes.slice();
        file[at] = (file[at] as number) ^ 1; // the least of a float32's bits
        await refused(file, /checksum is wrong/);
      }
    }
  });

  it('is refused for values that are not finite, though the checksum is that of the file', async () => {
    const last = [...readSafetensorsHeader(bytes).tensors.entries()].at(-2) as [string, TensorEntry];
    for (const [bad, at] of [
      [Number.NaN, 0],
      [Number.POSITIVE_INFINITY, 0],
      [Number.NEGATIVE_INFINITY, (last[1].end - last[1].start) / 4 - 1],
    ] as const) {
      const changed = parts.slice(0, -1).map((part) => part.slice());
      const tensor = changed.at(-1) as Uint8Array<ArrayBuffer>;
      new Float32Array(tensor.buffer)[at] = bad;
      const file = new Uint8Array(Buffer.concat([...changed, checksumOf(changed)]));
      await refused(file, /holds values that are not finite/);
    }
  });

  it('keeps every value to the bit: the least and the largest, and the sign of 0', async () => {
    const own = tinyCheckpoint();
    const [id, kernel] = [...own.classifier.variables.weights][0] as [string, tf.Tensor];
    const values = kernel.dataSync().slice();
    values.set([2 ** -149, -(2 ** -149), 2 ** -126, -0, 0, 3.4028234663852886e38, 1e-39]);
    const weights = new Map(own.classifier.variables.weights).set(id, tf.tensor(values, kernel.shape));
    kernel.dispose();
    const changed = {
      ...own,
      classifier: { ...own.classifier, variables: { ...own.classifier.variables, weights } },
    };
    const read = await decodeCheckpoint(byteSource(await joined(encodeCheckpoint(changed))));
    const bits = (map: ReadonlyMap<string, tf.Tensor>) => [
      ...new Uint32Array((map.get(id) as tf.Tensor).dataSync().slice().buffer),
    ];
    expect(bits(read.classifier.variables.weights)).toEqual(bits(weights));
    expect(valuesOf(read)).toEqual(valuesOf(changed));
    disposeTiny(read);
    disposeTiny(changed);
  });

  it('is refused where its first two tensors are in each other’s place', async () => {
    const [header = new Uint8Array(), first = new Uint8Array(), second = new Uint8Array()] = parts;
    const names = [...readSafetensorsHeader(bytes).tensors.keys()];
    const text = Buffer.from(header.subarray(8)).toString();
    const json = JSON.parse(text);
    const [a, b] = [json[names[0] as string], json[names[1] as string]];
    b.data_offsets = [0, second.length];
    a.data_offsets = [second.length, second.length + first.length];
    const swapped = Buffer.alloc(header.length - 8, ' ');
    swapped.write(JSON.stringify(json));
    const start = new Uint8Array(Buffer.concat([header.subarray(0, 8), swapped]));
    expect(start.length).toBe(header.length);
    const changed = [start, first, second, ...parts.slice(3, -1)];
    const file = Buffer.concat([start, second, first, ...parts.slice(3, -1), checksumOf(changed)]);
    await refused(new Uint8Array(file), /tensors are in the wrong order/);
  });
});
