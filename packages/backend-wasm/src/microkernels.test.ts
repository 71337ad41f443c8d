import { sample, expectClose } from '@resnetjs/kernel-tests';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainMemory, sharedMemory } from './generated/microkernels.js';
import { normalizeBatch, normalizeBatchGradient, normalizeGiven } from './batch-norm.js';
import { type Exports, startMicrokernels } from './microkernels.js';
import { oneThread } from './threads/team.js';
import { bytesOf, type WasmMemory } from './web-assembly.js';

const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
type MemoryConstructor = new (size: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;

/** Allocates from a memory filled with one byte value, and checks that nothing was written outside the allocations. */
class GuardedMemory {
  static readonly filling = 0xa5;
  readonly #allocations: [from: number, to: number][] = [];
  readonly #memory: WasmMemory;
  #end = 4096;

  constructor(memory: WasmMemory) {
    this.#memory = memory;
    this.bytes.fill(GuardedMemory.filling);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  allocate(bytes: number): number {
    const from = this.#end + 68; // not aligned to 16, as a heap might not be
    this.#end = from + 4 * Math.ceil(bytes / 4);
    this.#allocations.push([from, this.#end]);
    return from;
  }

  put(values: ArrayLike<number>): number {
    const address = this.allocate(4 * values.length);
    new Float32Array(this.#memory.buffer, address, values.length).set(values);
    return address;
  }

  expectNothingElseWritten(): void {
    const bytes = this.bytes.slice();
    for (const [from, to] of this.#allocations) bytes.fill(GuardedMemory.filling, from, to);
    expect(bytes.every((byte) => byte === GuardedMemory.filling)).toBe(true);
  }
}

/** left [rows, depth] · right [depth, columns], in the given range, in guarded memory. */
function guardedProduct(
  kernels: Exports,
  memory: WasmMemory,
  [rows, columns, depth]: readonly [number, number, number],
  [partRows, partColumns]: readonly [number, number],
  packFirst = false,
): Float32Array {
  const guarded = new GuardedMemory(memory);
  const line = (count: number, step: number) => {
    const table = guarded.allocate(4 * count);
    kernels.fillOffsets(table, 1, 0, 1, 0, count, 4 * step);
    return table;
  };
  const left = guarded.put(sample(rows * depth, 1));
  const right = guarded.put(sample(depth * columns, 2));
  const target = guarded.allocate(4 * rows * columns);
  const [leftRows, leftDepths] = [line(rows, depth), line(depth, 1)];
  const [rightDepths, rightColumns] = [line(depth, columns), line(columns, 1)];
  const targetRows = line(rows, columns);
  const scratch = guarded.allocate(kernels.multiplyScratchBytes(partRows, partColumns, depth));
  const parts = Math.ceil(rows / partRows) * Math.ceil(columns / partColumns);
  const packed = packFirst ? guarded.allocate(kernels.packRightBytes(columns, depth)) : 0;
  for (let item = 0; packFirst && item < kernels.packRightItems(columns, depth); item++) {
    kernels.packRight(packed, right, rightDepths, rightColumns, depth, columns, item, item + 1);
  }
  for (let part = 0; part < parts; part++) {
    // biome-ignore format: operand by operand
    kernels.multiply(
      left, leftRows, leftDepths, right, rightDepths, rightColumns, packed, target, targetRows, depth,
      false, 0, 0, 0, rows, columns, partRows, partColumns, part, part + 1, scratch,
    );
  }
  guarded.expectNothingElseWritten();
  return new Float32Array(memory.buffer, target, rows * columns).slice();
}

function expectedProduct(rows: number, columns: number, depth: number): Float64Array {
  const [left, right] = [sample(rows * depth, 1), sample(depth * columns, 2)];
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += left[i * depth + k]! * right[k * columns + j]!;
    return sum;
  });
}

const upTo = (most: number) => fc.integer({ min: 1, max: most });

describe('the product', () => {
  it('writes its target and its scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 32 });
    const { microkernels } = await startMicrokernels(memory);
    fc.assert(
      fc.property(upTo(150), upTo(40), upTo(300), (rows, columns, depth) => {
        const product = guardedProduct(microkernels, memory, [rows, columns, depth], [rows, columns]);
        expectClose(product, expectedProduct(rows, columns, depth));
      }),
      { numRuns: 25, seed: 20151210 },
    );
  });

  it('is the same to the bit however it is split', async () => {
    const memory = new Memory({ initial: 64 });
    const { microkernels } = await startMicrokernels(memory);
    const size = [30, 141, 300] as const;
    const whole = guardedProduct(microkernels, memory, size, [30, 141]);
    expectClose(whole, expectedProduct(...size));
    for (const parts of [
      [13, 141],
      [30, 16],
      [7, 40],
      [4, 8],
      [1, 136],
    ] as const) {
      expect(guardedProduct(microkernels, memory, size, parts)).toEqual(whole);
      expect(guardedProduct(microkernels, memory, size, parts, true)).toEqual(whole);
    }
  });

  it('also works in shared memory', async () => {
    const memory = new Memory({ initial: 32, maximum: 65536, shared: true });
    const { microkernels } = await startMicrokernels(memory);
    expectClose(guardedProduct(microkernels, memory, [9, 17, 5], [9, 17]), expectedProduct(9, 17, 5));
  });
});

describe.each([false, true])('batch normalization, relu %s', (relu) => {
  it('writes its outputs and its scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 32 });
    const { microkernels } = await startMicrokernels(memory);
    fc.assert(
      fc.property(upTo(140), upTo(37), fc.constantFrom(0, 100), (rows, channels, mean) => {
        const guarded = new GuardedMemory(memory);
        const vector = () => guarded.put(sample(channels, 3, 1, 0.5));
        const image = () => guarded.put(sample(rows * channels, 4, mean, 0.1));
        const [x, y, dx, dy] = [image(), image(), image(), image()];
        const moments = { mean: vector(), variance: vector() };
        const affine = { scale: vector(), offset: vector() };
        const run = {
          ...{
            microkernels,
            team: oneThread(microkernels),
            allocate: (bytes: number) => guarded.allocate(bytes),
          },
          ...{ rows, channels, epsilon: 1e-3, relu },
        };
        normalizeBatch(run, { y, ...moments }, { x, ...affine });
        const outputs = { dx, dScale: vector(), dOffset: vector() };
        normalizeBatchGradient(run, outputs, { dy, x, ...moments, ...affine });
        normalizeGiven(run, y, { x, ...moments, ...affine });
        guarded.expectNothingElseWritten();
      }),
      { numRuns: 25, seed: 20151210 },
    );
  });
});

describe.each([
  ['plain', plainMemory],
  ['shared', sharedMemory],
])('the module for %s memory', (_, base64) => {
  it('has no globals and no data in memory', () => {
    // Sections 6 and 11 of a WebAssembly module are globals and data (core specification, §5.5.2).
    const found = sections(bytesOf(base64));
    expect(found).not.toContain(6);
    expect(found).not.toContain(11);
  });
});

function sections(bytes: Uint8Array): number[] {
  const found: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    found.push(bytes[at++]!);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return found;
}
