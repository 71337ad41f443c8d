// Files that were damaged, or changed on purpose: none is taken for another model or training than it was.
import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, ResNetError } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { byteSource } from './byte-source.js';
import { disposeTiny, joined, tinyCheckpoint } from './checkpoint/checkpoint.test-support.js';
import { decodeCheckpoint, describeCheckpoint } from './checkpoint/decode-checkpoint.js';
import { encodeCheckpoint } from './checkpoint/encode-checkpoint.js';
import { decodeClassifier, describeModel } from './model-file/decode-classifier.js';
import { encodeClassifier } from './model-file/encode-classifier.js';
import { sealed, tinyClassifier } from './model-file/tiny.test-support.js';

/** Files of each kind; 10,000 of both together with RESNETJS_THOROUGH=1. */
const numRuns = process.env.RESNETJS_THOROUGH === '1' ? 5000 : 100;
const maxSeconds = 5;
const maxMemory = 256 * 2 ** 20;

const kinds = {
  model: {
    write: async () => new Uint8Array(await encodeClassifier(tinyClassifier())),
    read: async (file: Uint8Array) => disposeVariables((await decodeClassifier(file)).variables),
    describe: (file: Uint8Array) => describeModel(byteSource(file)),
  },
  checkpoint: {
    write: async () => joined(encodeCheckpoint(tinyCheckpoint(), { network: 'preact/resnet' })),
    read: async (file: Uint8Array) => disposeTiny(await decodeCheckpoint(byteSource(file))),
    describe: (file: Uint8Array) => describeCheckpoint(byteSource(file)),
  },
};

/** A place in a file, 0 to 1: in its header, in its checksum, or anywhere. */
const place = fc.tuple(
  fc.constantFrom('header', 'checksum', 'anywhere'),
  fc.noBias(fc.nat(2 ** 20 - 1)).map((position) => position / 2 ** 20),
);
const pieces = [
  '"',
  '{',
  '}',
  ',',
  ':',
  '0',
  '1',
  '9',
  '-',
  'e',
  '3',
  '4',
  '\\u0000',
  '"a":1,',
  '[[[[',
  '\u00ff',
];
const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), place, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('insert' as const), place, text: fc.constantFrom(...pieces) }),
  fc.record({ kind: fc.constant('overwrite' as const), place, text: fc.constantFrom(...pieces) }),
  fc.record({ kind: fc.constant('delete' as const), place, count: fc.integer({ min: 1, max: 64 }) }),
  fc.record({
    kind: fc.constant('copy' as const),
    place,
    to: place,
    count: fc.integer({ min: 1, max: 256 }),
  }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function changed(file: Uint8Array, changes: readonly Change[]): Uint8Array {
  const headerEnd = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  return changes.reduce((before: Uint8Array, each) => {
    const position = ([where, share]: typeof each.place) => {
      const [from, to] = {
        header: [0, headerEnd],
        checksum: [file.length - 64, file.length],
        anywhere: [0, file.length],
      }[where] as [number, number];
      return Math.min(Math.floor(from + share * (to - from)), before.length - 1);
    };
    const at = position(each.place);
    const after = Buffer.from(before);
    const spliced = (removed: number, inserted: Uint8Array) =>
      new Uint8Array(Buffer.concat([after.subarray(0, at), inserted, after.subarray(at + removed)]));
    if (each.kind === 'insert') return spliced(0, Buffer.from(each.text));
    if (each.kind === 'overwrite') return spliced(each.text.length, Buffer.from(each.text));
    if (each.kind === 'delete') return spliced(each.count, new Uint8Array());
    if (each.kind === 'copy') after.copyWithin(position(each.to), at, at + each.count);
    else after[at] = each.kind === 'set' ? each.byte : (after[at] as number) ^ (1 << each.bit);
    return new Uint8Array(after);
  }, file);
}

describe.each(Object.entries(kinds))('a %s', (_kind, { write, read, describe: describeFile }) => {
  let file: Uint8Array;
  let expected: unknown;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    file = await write();
    await read(file);
    expected = await describeFile(file);
  });

  /** Runs `action`; it may throw nothing but a `ResNetError`, leave no tensors, and take neither long nor much memory. */
  async function accepted(action: () => Promise<unknown>): Promise<boolean> {
    const [tensors, memory, start] = [tf.memory().numTensors, process.memoryUsage().rss, performance.now()];
    const error = await action().then(
      () => undefined,
      (reason) => reason,
    );
    if (error !== undefined) expect(error).toBeInstanceOf(ResNetError);
    expect(tf.memory().numTensors).toBe(tensors);
    expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
    expect(process.memoryUsage().rss - memory).toBeLessThan(maxMemory);
    return error === undefined;
  }

  it('that was changed is refused', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const other = changed(file, changes);
        if (Buffer.compare(other, file) === 0) return;
        expect(await accepted(() => read(other))).toBe(false);
        const description = await describeFile(other).catch(() => undefined);
        if (description !== undefined) expect(description).toEqual(expected);
      }),
      { numRuns, seed: 20151210 },
    );
  });

  it('whose checksum was made to fit is refused, or read whole', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), async (changes) => {
        const other = changed(file, changes);
        let fits: Uint8Array;
        try {
          fits = sealed(other);
        } catch {
          fits = other; // its header is too damaged to have a checksum
        }
        await accepted(() => describeFile(fits));
        await accepted(() => read(fits));
      }),
      { numRuns, seed: 20151210 },
    );
  });
});
