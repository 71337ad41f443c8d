import { groupedConvolutionShape } from '@resnetjs/backend';
import { sample, expectClose } from '@resnetjs/kernel-tests';
import { backend_util } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeBatch, normalizeBatchGradient, normalizeGiven } from './batch-norm.js';
import { filterGradient, inputGradient } from './depthwise-gradients.js';
import { volumePoolingSizes } from './max-pool-3d.js';
import { dilationSizes } from './dilation.js';
import { bytesOfBuild, startMicrokernels } from './instructions.js';
import type { Exports } from './microkernels.js';
import { areNarrow, convolveNarrow, narrowFilterGradient, narrowInputGradient } from './narrow-groups.js';
import { oneThread } from './threads/team.js';
import type { WasmMemory } from './web-assembly.js';

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
    kernels.packRight(packed, right, rightDepths, rightColumns, depth, columns, 0, item, item + 1);
  }
  for (let part = 0; part < parts; part++) {
    // biome-ignore format: operand by operand
    kernels.multiply(
      left, leftRows, leftDepths, right, rightDepths, rightColumns, packed, target, targetRows, depth,
      false, 0, 0, 0, 0, rows, columns, partRows, partColumns, 0, 0, 0, part, part + 1, scratch,
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

describe('the gradients of a depthwise convolution', () => {
  it('write their outputs and their scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 4 });
    const { microkernels } = await startMicrokernels(memory);
    const pair = (most: number) => fc.tuple(upTo(most), upTo(most));
    fc.assert(
      fc.property(
        ...[
          pair(7),
          pair(4),
          pair(3),
          pair(2),
          upTo(18),
          upTo(3),
          fc.constantFrom('same' as const, 'valid' as const),
        ],
        (size, window, strides, dilations, channels, multiplier, pad) => {
          const xShape = [2, ...size, channels] as [number, number, number, number];
          const filterShape = [...window, channels, multiplier] as [number, number, number, number];
          const info = backend_util.computeConv2DInfo(
            xShape,
            filterShape,
            strides,
            dilations,
            pad,
            undefined,
            true,
          );
          if (info.outHeight <= 0 || info.outWidth <= 0) return;
          const guarded = new GuardedMemory(memory);
          const array = (shape: readonly number[]) =>
            guarded.put(
              sample(
                shape.reduce((a, b) => a * b),
                1,
              ),
            );
          const [x, filter, dy] = [array(xShape), array(filterShape), array(info.outShape)];
          const [dx, dFilter] = [array(xShape), array(filterShape)];
          const run = { team: oneThread(microkernels), allocate: (bytes: number) => guarded.allocate(bytes) };
          inputGradient(run, info, { dx, dy, filter });
          filterGradient(run, info, { dFilter, x, dy });
          guarded.expectNothingElseWritten();
        },
      ),
      { numRuns: 60, seed: 20170417 },
    );
  });
});

describe('a convolution in narrow groups and its gradients', () => {
  it('write their outputs and their scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 8 });
    const { microkernels } = await startMicrokernels(memory);
    const pair = (most: number) => fc.tuple(upTo(most), upTo(most));
    const channels = fc.constantFrom(4, 8, 12);
    fc.assert(
      fc.property(
        ...[pair(9), pair(4), pair(3), pair(3), fc.tuple(channels, channels), upTo(5)],
        fc.constantFrom('same' as const, 'valid' as const),
        (size, window, strides, dilations, [into, out], groups, pad) => {
          const xShape = [2, ...size, groups * into];
          const filterShape = [...window, into, groups * out];
          const shape = groupedConvolutionShape('test', xShape, filterShape, {
            ...{ strides, dilations, groups, pad },
          });
          if (!areNarrow(shape)) return;
          const guarded = new GuardedMemory(memory);
          const array = (of: readonly number[]) =>
            guarded.put(
              sample(
                of.reduce((a, b) => a * b),
                1,
              ),
            );
          const yShape = [2, shape.outHeight, shape.outWidth, groups * out];
          const [x, filter, dy] = [array(xShape), array(filterShape), array(yShape)];
          const [y, dx, dFilter] = [array(yShape), array(xShape), array(filterShape)];
          const allocate = (bytes: number) => guarded.allocate(bytes);
          const run = {
            backend: null as never,
            filters: null as never,
            tiles: false,
            microkernels,
            team: oneThread(microkernels),
            allocate,
          };
          convolveNarrow(run, shape, { images: x, filter, target: y });
          narrowInputGradient(run, shape, { images: dy, filter, target: dx });
          narrowFilterGradient(run, shape, { x, dy, target: dFilter });
          guarded.expectNothingElseWritten();
        },
      ),
      { numRuns: 60, seed: 20161116 },
    );
  });
});

describe('sums of rows and copies of blocks', () => {
  it('write their outputs and their scratch, and nothing else', async () => {
    const memory = new Memory({ initial: 4 });
    const { microkernels } = await startMicrokernels(memory);
    fc.assert(
      fc.property(upTo(3), upTo(150), upTo(70), upTo(6), (images, rows, columns, block) => {
        const guarded = new GuardedMemory(memory);
        const x = guarded.put(sample(images * rows * columns, 1));
        const [sums, scratch] = [guarded.allocate(4 * images * columns), guarded.allocate(384)];
        microkernels.sumRows(sums, x, rows, columns, 1, 0, images * Math.ceil(columns / 32), scratch);
        const width = Math.min(block, columns);
        const to = guarded.allocate(4 * 2 * images * rows * width);
        const [image, row] = [4 * rows * columns, 4 * columns];
        microkernels.copyBlocks(to, x, image, rows, row, 2, 0, 1, 0, 4 * width, 0, images);
        guarded.expectNothingElseWritten();
      }),
      { numRuns: 50, seed: 20161116 },
    );
  });
});

describe('the gradient of average pooling', () => {
  it('writes its output, and nothing else', async () => {
    const memory = new Memory({ initial: 2 });
    const { microkernels } = await startMicrokernels(memory);
    const pair = (most: number) => fc.tuple(upTo(most), upTo(most));
    fc.assert(
      fc.property(
        ...[pair(8), pair(4), pair(3), upTo(9), fc.constantFrom('same' as const, 'valid' as const)],
        (size, window, strides, channels, pad) => {
          const shape = [2, ...size, channels] as [number, number, number, number];
          const info = backend_util.computePool2DInfo(shape, window, strides, 1, pad);
          if (info.outHeight <= 0 || info.outWidth <= 0) return;
          const guarded = new GuardedMemory(memory);
          const dx = guarded.allocate(4 * 2 * size[0] * size[1] * channels);
          const dy = guarded.put(sample(2 * info.outHeight * info.outWidth * channels, 1));
          const sizes = [...size, channels, info.outHeight, info.outWidth, ...window, ...strides] as const;
          microkernels.averagePoolGradient(dx, dy, 1, ...sizes, info.padInfo.top, info.padInfo.left, 0, 2);
          guarded.expectNothingElseWritten();
        },
      ),
      { numRuns: 50, seed: 20161116 },
    );
  });
});

describe('sums of segments', () => {
  it('write their output and their scratch, and nothing else, whatever the ids', async () => {
    const memory = new Memory({ initial: 4 });
    const { microkernels } = await startMicrokernels(memory);
    const ids = fc.array(fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)));
    fc.assert(
      fc.property(ids, upTo(90), upTo(8), (segmentIds, columns, segments) => {
        const guarded = new GuardedMemory(memory);
        const rows = segmentIds.length;
        const at = guarded.allocate(4 * rows);
        new Int32Array(memory.buffer, at, rows).set(segmentIds);
        const x = guarded.put(sample(rows * columns, 1));
        const y = guarded.allocate(4 * segments * columns);
        const [order, starts] = [guarded.allocate(4 * rows), guarded.allocate(4 * (segments + 2))];
        microkernels.sortBySegment(order, starts, at, rows, segments);
        microkernels.sumSegments(y, x, order, starts, columns, 64, 0, segments * Math.ceil(columns / 64));
        guarded.expectNothingElseWritten();
      }),
      { numRuns: 50, seed: 20130117 },
    );
  });
});

describe('max pooling of volumes and its gradient', () => {
  it('write their outputs, and nothing else', async () => {
    const memory = new Memory({ initial: 4 });
    const { microkernels } = await startMicrokernels(memory);
    const triple = (most: number) => fc.tuple(upTo(most), upTo(most), upTo(most));
    fc.assert(
      fc.property(
        ...[triple(5), triple(3), triple(3), upTo(9), fc.constantFrom('same' as const, 'valid' as const)],
        (size, window, strides, channels, pad) => {
          const shape = [2, ...size, channels] as [number, number, number, number, number];
          const info = backend_util.computePool3DInfo(shape, window, strides, 1, pad);
          if (info.outShape.some((n) => n <= 0)) return;
          const guarded = new GuardedMemory(memory);
          const array = (of: readonly number[]) =>
            guarded.put(
              sample(
                of.reduce((a, b) => a * b),
                1,
              ),
            );
          const [x, dx, y, dy] = [array(shape), array(shape), array(info.outShape), array(info.outShape)];
          const sizes = volumePoolingSizes(info);
          microkernels.maxPool3d(y, x, ...sizes, 0, 2 * info.outDepth * info.outHeight);
          microkernels.maxPool3dGradient(dx, dy, x, y, ...sizes, 0, 2);
          guarded.expectNothingElseWritten();
        },
      ),
      { numRuns: 50, seed: 20150507 },
    );
  });
});

describe('dilation and its gradients', () => {
  it('write their outputs, and nothing else', async () => {
    const memory = new Memory({ initial: 4 });
    const { microkernels } = await startMicrokernels(memory);
    const pair = (most: number) => fc.tuple(upTo(most), upTo(most));
    fc.assert(
      fc.property(
        ...[pair(7), pair(4), pair(3), pair(2), upTo(7), fc.constantFrom('same' as const, 'valid' as const)],
        (size, window, strides, dilations, channels, pad) => {
          const xShape = [2, ...size, channels] as [number, number, number, number];
          const filterShape = [...window, channels] as [number, number, number];
          const info = backend_util.computeDilation2DInfo(
            xShape,
            filterShape,
            strides,
            pad,
            'NHWC',
            dilations,
          );
          if (info.outHeight <= 0 || info.outWidth <= 0) return;
          const guarded = new GuardedMemory(memory);
          const array = (shape: readonly number[]) =>
            guarded.put(
              sample(
                shape.reduce((a, b) => a * b),
                1,
              ),
            );
          const [x, filter, y, dy] = [
            array(xShape),
            array(filterShape),
            array(info.outShape),
            array(info.outShape),
          ];
          const [dx, dFilter, sums] = [array(xShape), array(filterShape), array([...filterShape, 2])];
          microkernels.dilate(y, dx, sums, x, filter, dy, ...dilationSizes(info), 0, 2);
          microkernels.roundSums(dFilter, sums, window[0] * window[1] * channels);
          guarded.expectNothingElseWritten();
        },
      ),
      { numRuns: 60, seed: 20150507 },
    );
  });
});

describe('padding', () => {
  it('writes the padded images, and nothing else, with steps and negative padding, too', async () => {
    const memory = new Memory({ initial: 1 });
    const { microkernels } = await startMicrokernels(memory);
    const offset = fc.integer({ min: -2, max: 3 });
    const sizes = [upTo(5), upTo(5), upTo(5), upTo(5), upTo(5), upTo(3)] as const;
    fc.assert(
      fc.property(offset, offset, ...sizes, (top, left, height, width, tall, wide, channels, step) => {
        const guarded = new GuardedMemory(memory);
        const x = sample(2 * height * width * channels, 1);
        const from = guarded.put(x);
        const to = guarded.allocate(4 * 2 * tall * wide * channels);
        microkernels.padImages(to, from, height, width, channels, top, left, tall, wide, step, 0, 2 * tall);
        guarded.expectNothingElseWritten();
        const expected: number[] = [];
        for (let n = 0; n < 2; n++)
          for (let row = 0; row < tall; row++)
            for (let column = 0; column < wide; column++)
              for (let c = 0; c < channels; c++) {
                const [i, j] = [row * step - top, column - left];
                const inside = i >= 0 && i < height && j >= 0 && j < width;
                expected.push(inside ? x[((n * height + i) * width + j) * channels + c]! : 0);
              }
        expect([...new Float32Array(memory.buffer, to, expected.length)]).toEqual(expected);
      }),
      { numRuns: 150, seed: 20151210 },
    );
  });
});

describe.each([
  ['plain', false],
  ['shared', true],
] as const)('the modules for %s memory', (_, shared) => {
  it.each(['portable', 'multiplyAdd', 'widePortable', 'wideMultiplyAdd'] as const)(
    'have no globals and no data in memory: %s',
    async (build) => {
      // Sections 6 and 11 of a WebAssembly module are globals and data (core specification, §5.5.2).
      const found = sections(await bytesOfBuild(build, shared));
      expect(found).not.toContain(6);
      expect(found).not.toContain(11);
    },
  );
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
