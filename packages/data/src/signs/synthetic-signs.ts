import { RandomGenerator, ResNetError } from '@resnetjs/core/network';
import { checkIndices, checkInteger } from '../check-dataset.js';
import type { Dataset } from '../dataset.js';
import { type Canvas, createCanvas } from './canvas.js';
import { between } from './hand.js';
import { drawScene } from './scene.js';

/** Options of `syntheticSigns`. */
export interface SyntheticSignsOptions {
  /** Height and width in pixels, 16 to 256. Default: 64. */
  readonly size?: number;
  /** Number of images. Default: 3,000 for training, 600 for testing. */
  readonly count?: number;
  /** Seed of the training images; the test images are always the same. Default: 0. */
  readonly seed?: number;
  /** No image is in both splits. Default: 'train'. */
  readonly split?: 'train' | 'test';
}

const CLASSES = ['0', '1', '2', '3', '4', '5'] as const;
const MAX_IMAGES = 10_000_000;
/** The upper 32 bits of an image's random stream, so that the splits share no image. */
const STREAMS = { train: 1, test: 2 } as const;

/**
 * Generated hand signs: images of hands that show 0 to 5 fingers, the same on every machine. An image depends on seed, split,
 * size and its index alone; its label is the index modulo 6. Images are made when they are read, and not kept: see `cached`.
 * Throws `bad-option`.
 *
 * @example
 * const images = syntheticSigns({ size: 32, count: 1200 });
 * const unseen = syntheticSigns({ size: 32, split: 'test' });
 */
export function syntheticSigns(options: SyntheticSignsOptions = {}): Dataset {
  const { size = 64, split = 'train', seed = 0 } = options;
  if (split !== 'train' && split !== 'test') {
    throw new ResNetError(
      'bad-option',
      `synthetic:signs: split must be "train" or "test", not ${JSON.stringify(split)}.`,
      { split },
    );
  }
  const count = options.count ?? (split === 'train' ? 3000 : 600);
  checkInteger('synthetic:signs: size', size, 16, 256);
  checkInteger('synthetic:signs: count', count, 2, MAX_IMAGES);
  checkInteger('synthetic:signs: seed', seed, 0);
  const labels = Uint16Array.from({ length: count }, (_, i) => i % CLASSES.length);
  const canvas = createCanvas(size);
  const scratch = new Float32Array(size * size * 3);
  const bytes = size * size * 3;

  return {
    classes: CLASSES,
    shape: [size, size, 3],
    labels,
    // What an image depends on stands for its content, which would take minutes to generate.
    identify: async () =>
      Array.from(labels, (_, index) => {
        const name = `${split} ${index}`;
        return { name, content: `${name}, seed ${split === 'train' ? seed : 0}, ${size}×${size}` };
      }),
    async read(indices) {
      checkIndices(indices, count);
      const images = new Uint8Array(indices.length * bytes); // [batch, size, size, 3]
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i] as number;
        const random = RandomGenerator.stateless(
          split === 'train' ? seed : 0,
          STREAMS[split] * 2 ** 32 + index,
        );
        drawScene(canvas, index % CLASSES.length, random, scratch);
        photograph(canvas, random, scratch, images.subarray(i * bytes, (i + 1) * bytes));
      }
      return images;
    },
  };
}

/** Imitates a camera: exposure, white balance, a little blur, noise, 8 bits. `out` is [size, size, 3]. */
function photograph(canvas: Canvas, random: RandomGenerator, scratch: Float32Array, out: Uint8Array): void {
  const { size, rgb } = canvas;
  const exposure = between(random, 0.82, 1.15);
  const gains = [between(random, 0.94, 1.06), 1, between(random, 0.92, 1.08)].map(
    (gain) => gain * exposure * 255,
  );
  const noise = between(random, 0.5, 3);
  const blur = between(random, -0.1, 0.2) * Math.min(1, size / 80);
  if (blur > 0) {
    blurAlong(rgb, scratch, 3, size * 3, blur);
    blurAlong(scratch, rgb, size * 3, rgb.length, blur);
  }
  let word = random.word() | 1;
  for (let at = 0; at < out.length; at += 3) {
    for (let c = 0; c < 3; c++) {
      // Xorshift (Marsaglia 2003): one Philox word per value would cost more than the rest of the image.
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      const sum = (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24);
      const normal = (sum - 510) / 147.8; // the standardized sum of four bytes: nearly normal
      const value = (rgb[at + c] as number) * (gains[c] as number) + normal * noise + 0.5;
      out[at + c] = Math.min(255, Math.max(0, value));
    }
  }
}

/** A three-tap blur along lines of `line` values, in which neighbours are `stride` values apart. */
function blurAlong(from: Float32Array, to: Float32Array, stride: number, line: number, weight: number): void {
  for (let start = 0; start < from.length; start += line) {
    for (let i = 0; i < line; i++) {
      const at = start + i;
      const before = i < stride ? at : at - stride;
      const after = i >= line - stride ? at : at + stride;
      const around = (from[before] as number) + (from[after] as number);
      to[at] = (from[at] as number) * (1 - 2 * weight) + around * weight;
    }
  }
}
