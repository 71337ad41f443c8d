// Files of PyTorch that were changed by chance: each is refused, or is a well-formed file of tensors.
import { ResNetError } from '@resnetjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { dtypeBytes } from '../container.js';
import { crc32 } from '../crc32.js';
import { fileNamed } from './files.test-support.js';
import { openPytorch } from './open-pytorch.js';

/** Changed files of each kind; 10,000 of all kinds together with RESNETJS_THOROUGH=1. */
const numRuns = process.env.RESNETJS_THOROUGH === '1' ? 2000 : 100;
const maxSeconds = 5;
const maxMemory = 512 * 2 ** 20;

/** Opcodes, sizes and names that mean something where they land. */
const pieces = [
  ...[
    '(',
    ')',
    '.',
    '0',
    '2',
    'R',
    'b',
    'e',
    't',
    'u',
    's',
    ']',
    '}',
    'Q',
    '\x81',
    '\x85',
    '\x86',
    '\x93',
    '\x92',
    '\x82\x01',
  ],
  ...[
    'J\xff\xff\xff\xff',
    'J\xff\xff\xff\x7f',
    '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
    'K\x00',
    'h\x00',
    'h\x05',
    'q\x01',
  ],
  ...[
    'X\xff\xff\xff\xff',
    'cos\nsystem\n',
    'ctorch\nIntStorage\n',
    'PK\x01\x02',
    'PK\x03\x04',
    '\xff\xff\xff\xff',
    '\0\0\0\0',
  ],
];
const place = fc.noBias(fc.nat(2 ** 20 - 1)).map((position) => position / 2 ** 20);
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
  return changes.reduce((before: Uint8Array, each) => {
    const position = (share: number) => Math.floor(share * before.length);
    const at = position(each.place);
    const after = Buffer.from(before);
    const spliced = (removed: number, inserted: string) =>
      Buffer.concat([after.subarray(0, at), Buffer.from(inserted, 'latin1'), after.subarray(at + removed)]);
    if (each.kind === 'insert') return spliced(0, each.text);
    if (each.kind === 'overwrite') return spliced(each.text.length, each.text);
    if (each.kind === 'delete') return spliced(each.count, '');
    if (each.kind === 'copy') after.copyWithin(position(each.to), at, at + each.count);
    else after[at] = each.kind === 'set' ? each.byte : (after[at] as number) ^ (1 << each.bit);
    return new Uint8Array(after);
  }, file);
}

/** An archive in which the pickle alone is changed, byte for byte, and its checksum made to fit. */
function changedPickle(file: Uint8Array, changes: readonly Change[]): Uint8Array {
  const bytes = Buffer.from(file);
  const start = bytes.indexOf('\x80\x02', 0, 'latin1');
  const record = bytes.indexOf('PK\x01\x02', 0, 'latin1'); // the first is the pickle's
  const size = bytes.readUInt32LE(record + 24);
  const pickle = Buffer.alloc(size);
  pickle.set(changed(bytes.subarray(start, start + size), changes).subarray(0, size));
  bytes.set(pickle, start);
  bytes.writeUInt32LE(crc32(pickle), record + 16);
  return new Uint8Array(bytes);
}

/** Opens a file and reads all of it: true; or false, where it is refused. Nothing else may happen. */
async function isRead(bytes: Uint8Array): Promise<boolean> {
  const [start, memory] = [performance.now(), process.memoryUsage().rss];
  try {
    const file = await openPytorch(byteSource(bytes));
    expect(file.tensors.size).toBeGreaterThan(0);
    for (const [name, { dtype, shape }] of file.tensors) {
      expect(shape.every((size) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
      const expected = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, dtypeBytes[dtype]);
      expect(await file.read(name)).toHaveLength(expected);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ResNetError)) throw error;
    expect(error.code).toBe('bad-file');
    return false;
  } finally {
    expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
    expect(process.memoryUsage().rss - memory).toBeLessThan(maxMemory);
  }
}

describe.each([
  ['an archive', 'a checkpoint', changed],
  ['an archive, its pickle alone', 'a checkpoint', changedPickle],
  ['an archive of views, its pickle alone', 'views', changedPickle],
  ['a deflated archive', 'deflated', changed],
  ['a legacy file', 'a checkpoint, legacy', changed],
] as const)('%s that was changed', (_what, name, damage) => {
  it('is refused, or read whole', { timeout: 600_000 }, async () => {
    const file = await fileNamed(name);
    const outcomes = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        outcomes[(await isRead(damage(file, changes))) ? 'read' : 'refused']++;
      }),
      { numRuns, seed: 20151210 },
    );
    expect(outcomes.refused).toBeGreaterThan(0);
  });
});
