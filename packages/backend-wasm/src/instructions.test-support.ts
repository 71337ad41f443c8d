import { describe, expect, it } from 'vitest';
import { type BuildName, hasMultiplyAdd, startBuild } from './instructions.js';
import type { Exports } from './microkernels.js';
import { webAssembly } from './web-assembly.js';

type Sizes = readonly [rows: number, columns: number, depth: number];

/** Whole tiles and parts of them, of 8 and of 16 columns, one block of the depth and several. */
const products: readonly Sizes[] = [
  [1, 1, 1],
  [4, 16, 7],
  [5, 17, 40],
  [13, 8, 300],
  [130, 24, 513],
  [64, 48, 256],
];

/** A product with a bias and a range, and the same numbers every time. */
function product(kernels: Exports, buffer: ArrayBufferLike, [rows, columns, depth]: Sizes): Float32Array {
  let end = 1028; // not aligned to 16
  const allocate = (bytes: number) => {
    const address = end;
    end += bytes;
    return address;
  };
  const put = (count: number, seed: number) => {
    const address = allocate(4 * count);
    const values = new Float32Array(buffer, address, count);
    for (let i = 0; i < count; i++) values[i] = ((i * 7919 + seed) % 1009) / 1009 - 0.5;
    return address;
  };
  const line = (count: number, step: number) => {
    const table = allocate(4 * count);
    kernels.fillOffsets(table, 1, 0, 1, 0, count, 4 * step);
    return table;
  };
  const [left, right, bias] = [put(rows * depth, 1), put(depth * columns, 2), put(columns, 3)];
  const target = allocate(4 * rows * columns);
  kernels.multiply(
    ...[left, line(rows, depth), line(depth, 1), right, line(depth, columns), line(columns, 1), 0],
    ...[target, line(rows, columns), depth, true, bias, 0, -4, 4, rows, columns, rows, columns, 0, 0, 0],
    ...[0, 1, allocate(kernels.multiplyScratchBytes(rows, columns, depth))],
  );
  return new Float32Array(buffer, target, rows * columns).slice();
}

/** How the bits of the builds that this engine takes compare. */
export function testBuilds(): void {
  const productsOf = async (build: BuildName) => {
    const { Memory } = webAssembly();
    const memory = new Memory({ initial: 64 });
    const { microkernels } = await startBuild(build, memory);
    return products.map((sizes) => product(microkernels, memory.buffer, sizes));
  };

  describe('builds of the microkernels', () => {
    it.each([
      ['widePortable', 'portable'],
      ['wideMultiplyAdd', 'multiplyAdd'],
    ] as const)('%s has the bits of %s', async (wide, narrow) => {
      if (narrow === 'multiplyAdd' && !hasMultiplyAdd()) return;
      expect(await productsOf(wide)).toEqual(await productsOf(narrow));
    });

    it('multiplyAdd differs from portable in the last bits alone', async () => {
      if (!hasMultiplyAdd()) return;
      const [fused, portable] = [await productsOf('multiplyAdd'), await productsOf('portable')];
      for (const [index, values] of fused.entries()) {
        values.forEach((value, at) => {
          // As many roundings as there are terms of at most 1/4 each, but for few.
          expect(Math.abs(value - (portable[index]?.[at] as number))).toBeLessThan(1e-5);
        });
      }
    });
  });
}
