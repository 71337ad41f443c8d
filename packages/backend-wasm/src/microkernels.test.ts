import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainMemory, sharedMemory } from './generated/microkernels.js';
import { type Microkernels, startMicrokernels } from './microkernels.js';
import { draw, expectClose } from './reference.test-support.js';
import { bytesOf, type WasmMemory } from './web-assembly.js';

const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
type MemoryConstructor = new (size: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;

/** Deals out stretches of a memory full of one byte, and finds what was written between them. */
class GuardedMemory {
  static readonly filling = 0xa5;
  readonly #stretches: [from: number, to: number][] = [];
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
    this.#stretches.push([from, this.#end]);
    return from;
  }

  put(values: ArrayLike<number>): number {
    const address = this.allocate(4 * values.length);
    new Float32Array(this.#memory.buffer, address, values.length).set(values);
    return address;
  }

  expectNothingElseWritten(): void {
    const bytes = this.bytes.slice();
    for (const [from, to] of this.#stretches) bytes.fill(GuardedMemory.filling, from, to);
    expect(bytes.every((byte) => byte === GuardedMemory.filling)).toBe(true);
  }
}

/** left [rows, depth] · right [depth, columns], by the range given, written between guards. */
function guardedProduct(
  kernels: Microkernels,
  memory: WasmMemory,
  [rows, columns, depth]: readonly [number, number, number],
  ranges: readonly (readonly [number, number, number, number])[],
): Float32Array {
  const guarded = new GuardedMemory(memory);
  const line = (count: number, step: number) => {
    const table = guarded.allocate(4 * count);
    kernels.fillOffsets(table, 1, 0, 1, 0, count, 4 * step);
    return table;
  };
  const left = guarded.put(draw(rows * depth, 1));
  const right = guarded.put(draw(depth * columns, 2));
  const target = guarded.allocate(4 * rows * columns);
  const [leftRows, leftDepths] = [line(rows, depth), line(depth, 1)];
  const [rightDepths, rightColumns] = [line(depth, columns), line(columns, 1)];
  const targetRows = line(rows, columns);
  for (const [firstRow, lastRow, firstColumn, lastColumn] of ranges) {
    const bytes = kernels.multiplyScratchBytes(lastRow - firstRow, lastColumn - firstColumn, depth);
    // biome-ignore format: operand by operand
    kernels.multiply(
      left, leftRows, leftDepths, right, rightDepths, rightColumns, target, targetRows,
      depth, firstRow, lastRow, firstColumn, lastColumn, guarded.allocate(bytes),
    );
  }
  guarded.expectNothingElseWritten();
  return new Float32Array(memory.buffer, target, rows * columns).slice();
}

function expectedProduct(rows: number, columns: number, depth: number): Float64Array {
  const [left, right] = [draw(rows * depth, 1), draw(depth * columns, 2)];
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
    const kernels = await startMicrokernels(memory);
    fc.assert(
      fc.property(upTo(150), upTo(40), upTo(300), (rows, columns, depth) => {
        const product = guardedProduct(kernels, memory, [rows, columns, depth], [[0, rows, 0, columns]]);
        expectClose(product, expectedProduct(rows, columns, depth));
      }),
      { numRuns: 25, seed: 20151210 },
    );
  });

  it('can be computed by ranges of rows and columns', async () => {
    const memory = new Memory({ initial: 32 });
    const kernels = await startMicrokernels(memory);
    const product = guardedProduct(
      kernels,
      memory,
      [30, 21, 40],
      [
        [0, 13, 0, 10],
        [0, 13, 10, 21],
        [13, 30, 0, 21],
      ],
    );
    expectClose(product, expectedProduct(30, 21, 40));
  });

  it('works in shared memory, too', async () => {
    const memory = new Memory({ initial: 32, maximum: 65536, shared: true });
    const product = guardedProduct(await startMicrokernels(memory), memory, [9, 17, 5], [[0, 9, 0, 17]]);
    expectClose(product, expectedProduct(9, 17, 5));
  });
});

describe.each([false, true])('batch normalization, relu %s', (relu) => {
  it('writes its outputs and its scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 32 });
    const kernels = await startMicrokernels(memory);
    fc.assert(
      fc.property(upTo(140), upTo(37), fc.constantFrom(0, 100), (rows, channels, mean) => {
        const guarded = new GuardedMemory(memory);
        const vector = () => guarded.put(draw(channels, 3, 1, 0.5));
        const image = () => guarded.put(draw(rows * channels, 4, mean, 0.1));
        const [x, y, dx, dy] = [image(), image(), image(), image()];
        const [m, v, scale, offset, dScale, dOffset] = Array.from({ length: 6 }, vector) as [
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        const scratch = guarded.allocate(kernels.batchNormScratchBytes(channels));
        kernels.batchNormTraining(y, m, v, x, scale, offset, rows, channels, 1e-3, relu, scratch);
        // biome-ignore format: operand by operand
        kernels.batchNormTrainingGradient(
          dx, dScale, dOffset, dy, x, scale, offset, m, v, rows, channels, 1e-3, relu, scratch,
        );
        kernels.batchNormInference(y, x, m, v, scale, offset, rows, channels, 1e-3, scratch);
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
  it('keeps nothing of its own in memory', () => {
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
