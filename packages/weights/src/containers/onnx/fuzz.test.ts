// ONNX files that were damaged, or changed on purpose: each is refused, or read as a network with all its values.
import { ResNetError } from '@resnetjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onnxNetwork } from '../../graph/onnx-network.js';
import { dtypeBytes } from '../container.js';
import { countedSource } from '../hdf5/files.test-support.js';
import { varint } from './crafted.test-support.js';
import { onnxGoldens } from './files.test-support.js';
import { openOnnx } from './open-onnx.js';

const names = ['option A, old', 'gated, new', 'flat, old', 'tensors'];
/** Files of each kind: 600 together, and 20,000 with RESNETJS_THOROUGH=1. */
const numRuns = (process.env.RESNETJS_THOROUGH === '1' ? 20_000 : 600) / names.length;
const maxSeconds = 5;
const maxMemory = 256 * 2 ** 20;

/** Numbers that sizes, lengths, axes and indices shouldn't be. */
const numbers = [
  0n,
  1n,
  -1n,
  127n,
  255n,
  65535n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const place = fc.noBias(fc.nat(2 ** 20 - 1)).map((position) => position / 2 ** 20);
const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), place, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('varint' as const), place, number: fc.constantFrom(...numbers) }),
  fc.record({ kind: fc.constant('number' as const), place, number: fc.constantFrom(...numbers) }),
  fc.record({ kind: fc.constant('copy' as const), place, to: place, count: fc.integer({ min: 1, max: 64 }) }),
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
    else if (each.kind === 'varint') Buffer.from(varint(each.number)).copy(after, at);
    else if (each.kind === 'number') Buffer.from(new BigInt64Array([each.number]).buffer).copy(after, at);
    else if (each.kind === 'copy') after.copyWithin(position(each.to), at, at + each.count);
    else if (each.kind === 'cut') return new Uint8Array(after.subarray(0, at));
    else return new Uint8Array(Buffer.concat([after.subarray(0, at), after.subarray(at + each.count)]));
    return new Uint8Array(after);
  }, file);
}

/** All tensors, and then the network with all its parameters. */
async function readEverything(file: Uint8Array): Promise<void> {
  const opened = await openOnnx(countedSource(file));
  for (const [name, { dtype, shape }] of opened.tensors) {
    expect(await opened.read(name)).toHaveLength(dtypeBytes[dtype] * shape.reduce((a, b) => a * b, 1));
  }
  const { parameters } = await onnxNetwork(opened, { size: [8, 8] });
  for (const { constant } of parameters.values()) {
    const size = dtypeBytes[constant.dtype] * constant.shape.reduce((a, b) => a * b, 1);
    expect(await constant.read()).toHaveLength(size);
  }
}

describe.each(names)('a file that was changed: %s', (name) => {
  const file = onnxGoldens[name]?.bytes as Uint8Array;

  it('is refused, or read as a network with all its values', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const other = changed(file, changes);
        const [memory, start] = [process.memoryUsage().rss, performance.now()];
        const error = await readEverything(other).catch((each) => each);
        if (error instanceof ResNetError) expect(error).toMatchObject({ code: 'bad-file' });
        else expect(error).toBeUndefined();
        expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
        expect(process.memoryUsage().rss - memory).toBeLessThan(maxMemory);
      }),
      { numRuns, seed: 20151210 },
    );
  });
});
