// Files that were damaged, or changed on purpose: each is refused, or read as tensors that are well formed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../byte-source.js';
import { dtypeBytes, type TensorInfo } from '../container.js';
import { countedSource, hdf5Goldens as hdf5, readEverything } from '../hdf5/files.test-support.js';
import { kerasGoldens } from './files.test-support.js';
import { openKeras } from './open-keras.js';

const files: Readonly<Record<string, Uint8Array | undefined>> = {
  ...Object.fromEntries(
    ['types', 'chunks', 'attributes, newest format'].map((name) => [name, hdf5[name]?.bytes]),
  ),
  ...Object.fromEntries(['nested, legacy', 'archive'].map((name) => [name, kerasGoldens[name]?.bytes])),
};
/** Files of each kind: 500 together, and 10,000 with RESNETJS_THOROUGH=1. */
const numRuns = (process.env.RESNETJS_THOROUGH === '1' ? 10_000 : 500) / Object.keys(files).length;
const maxSeconds = 5;
const maxMemory = 256 * 2 ** 20;

/** Numbers that counts, lengths and addresses shouldn't be. */
const numbers = [0n, 1n, 255n, 65535n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 64n - 1n];
const place = fc.noBias(fc.nat(2 ** 20 - 1)).map((position) => position / 2 ** 20);
const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), place, byte: fc.nat(255) }),
  fc.record({
    kind: fc.constant('number' as const),
    place,
    number: fc.constantFrom(...numbers),
    width: fc.constantFrom(2, 4, 8),
  }),
  fc.record({ kind: fc.constant('address' as const), place, to: place }),
  fc.record({
    kind: fc.constant('copy' as const),
    place,
    to: place,
    count: fc.integer({ min: 1, max: 256 }),
  }),
  fc.record({ kind: fc.constant('delete' as const), place, count: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ kind: fc.constant('cut' as const), place }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function changed(file: Uint8Array, changes: readonly Change[]): Uint8Array {
  return changes.reduce((before: Uint8Array, each) => {
    if (before.length === 0) return before;
    const position = (share: number) => Math.min(Math.floor(share * before.length), before.length - 1);
    const at = position(each.place);
    const after = Buffer.from(before);
    if (each.kind === 'flip') after[at] = (after[at] as number) ^ (1 << each.bit);
    else if (each.kind === 'byte') after[at] = each.byte;
    else if (each.kind === 'number') numberBytes(each.number, each.width).copy(after, at - (at % each.width));
    else if (each.kind === 'address') numberBytes(BigInt(position(each.to)), 8).copy(after, at - (at % 8));
    else if (each.kind === 'copy') after.copyWithin(position(each.to), at, at + each.count);
    else if (each.kind === 'cut') return new Uint8Array(after.subarray(0, at));
    else return new Uint8Array(Buffer.concat([after.subarray(0, at), after.subarray(at + each.count)]));
    return new Uint8Array(after);
  }, file);
}

function numberBytes(value: bigint, width: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.subarray(0, width);
}

/** All tensors of a file of Keras, of which each layer's are there, and each is as long as it says. */
async function readKeras(source: ByteSource): Promise<ReadonlyMap<string, TensorInfo>> {
  const { layers, tensors, read } = await openKeras(source);
  expect(layers.flatMap(({ variables }) => variables).toSorted()).toEqual([...tensors.keys()].toSorted());
  for (const [name, { dtype, shape }] of tensors)
    expect((await read(name)).length).toBe(dtypeBytes[dtype] * shape.reduce((a, b) => a * b, 1));
  return tensors;
}

describe.each(Object.entries(files))('a file that was changed: %s', (name, file) => {
  it('is refused, or read as tensors that are well formed', { timeout: 600_000 }, async () => {
    const read = name in hdf5 ? readEverything : readKeras;
    await read(countedSource(file as Uint8Array));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const other = changed(file as Uint8Array, changes);
        const [memory, start] = [process.memoryUsage().rss, performance.now()];
        const result = await read(countedSource(other)).catch((error) => error);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'bad-file' });
        expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
        expect(process.memoryUsage().rss - memory).toBeLessThan(maxMemory);
      }),
      { numRuns, seed: 20151210 },
    );
  });
});
