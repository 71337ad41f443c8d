import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hashText, measure, sample, sampleImages, valueRange } from './sampling.js';

interface SampledByPython {
  readonly cases: readonly {
    readonly name: string;
    readonly role: 'kernel' | 'scale' | 'variance' | 'offset';
    readonly shape: readonly number[];
    readonly size: number;
    readonly hash: number;
    readonly first: readonly number[];
    readonly sha256: string;
    readonly products: readonly number[];
  }[];
  /** Of the images of resnet50 of shape [2, 3, 4, 3]. */
  readonly images: string;
}

const python: SampledByPython = JSON.parse(
  readFileSync(new URL('../family/sampling.json', import.meta.url), 'utf8'),
);
const sha256 = ({ buffer }: Float32Array) =>
  createHash('sha256').update(new Uint8Array(buffer)).digest('hex');

describe('sampled numbers are those of family_sampling.py', () => {
  it.each(python.cases)('"$name"', ({ name, role, shape, size, ...expected }) => {
    const values = sample(name, size, valueRange(role, shape, false));
    expect(hashText(name) >>> 0).toBe(expected.hash);
    expect([...values.subarray(0, 3)]).toEqual(expected.first);
    expect(sha256(values)).toBe(expected.sha256);
    const [norm, ...products] = measure(name, values);
    for (const [index, product] of products.entries()) {
      expect(Math.abs(product - (expected.products[index] as number)) / norm).toBeLessThan(1e-11);
    }
  });

  it('of images, too', () => {
    expect(sha256(sampleImages('resnet50', [2, 3, 4, 3]))).toBe(python.images);
  });
});
