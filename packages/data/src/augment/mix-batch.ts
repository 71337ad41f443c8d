import type { RandomGenerator } from '@resnetjs/core/network';
import type { Mixing } from '@resnetjs/recipe';
import type { Dataset } from '../dataset.js';
import { exponential, logarithm } from './elementary.js';
import { happens } from './random.js';

/** A batch whose images are mixed with others of it. */
export interface MixedBatch {
  /** `[batch, height, width, channels]` */
  readonly images: Uint8Array;
  /** The label of the other image in each, `[batch]`. */
  readonly partners: Uint16Array;
  /** The share of each image's own label, `[batch]`; the rest is its partner's. */
  readonly shares: Float32Array;
}

/** The images of a batch before they are mixed. */
export interface UnmixedBatch {
  /** `[batch, height, width, channels]`, 0 to 255. */
  readonly images: Uint8Array;
  /** `[batch]` */
  readonly labels: Uint16Array;
  /** The shape of each image. */
  readonly shape: Dataset['shape'];
}

/** Shares of mixup are whole 65536ths, so that images and labels are mixed by the same number. */
const WHOLE = 2 ** 16;

/**
 * A batch in which each image is mixed with the one before it: the whole batch by mixup or by cutmix, with one share, or not at
 * all. A pasted box counts by the area that lies within the image.
 *
 * @example
 * const { images, partners, shares } = mixBatch(batch, mixing({ mixup: 0.2 }), RandomGenerator.stateless(0, step));
 */
export function mixBatch(batch: UnmixedBatch, mixing: Mixing, random: RandomGenerator): MixedBatch {
  const { labels } = batch;
  if (!happens(random, mixing.probability)) {
    return { images: batch.images, partners: labels, shares: new Float32Array(labels.length).fill(1) };
  }
  const partners = Uint16Array.from(labels, (_, i) => labels.at(i - 1) as number);
  const { mixup, cutmix } = mixing;
  const cut = cutmix !== undefined && (mixup === undefined || happens(random, 0.5));
  const { images, share } = cut ? cutmixed(batch, cutmix, random) : mixedUp(batch, mixup as number, random);
  return { images, partners, shares: new Float32Array(labels.length).fill(share) };
}

function mixedUp({ images, labels }: UnmixedBatch, alpha: number, random: RandomGenerator) {
  const size = images.length / labels.length;
  const own = Math.round(beta(alpha, random) * WHOLE);
  const mixed = new Uint8Array(images.length); // [batch, height, width, channels]
  let from = images.length - size; // the image before the first is the last
  for (let at = 0; at < images.length; at++, from++) {
    if (from === images.length) from = 0;
    const sum = own * (images[at] as number) + (WHOLE - own) * (images[from] as number);
    mixed[at] = (sum + WHOLE / 2) >>> 16;
  }
  return { images: mixed, share: own / WHOLE };
}

function cutmixed({ images, shape }: UnmixedBatch, alpha: number, random: RandomGenerator) {
  const [height, width, channels] = shape;
  const side = Math.sqrt(1 - beta(alpha, random));
  const [left, right] = cutSide(width, side, random);
  const [top, bottom] = cutSide(height, side, random);
  const size = height * width * channels;
  const mixed = new Uint8Array(images);
  for (let start = 0; start < images.length; start += size) {
    const partner = start === 0 ? images.length - size : start - size;
    for (let row = top; row < bottom; row++) {
      const [from, to] = [(row * width + left) * channels, (row * width + right) * channels];
      mixed.set(images.subarray(partner + from, partner + to), start + from);
    }
  }
  return { images: mixed, share: 1 - ((right - left) * (bottom - top)) / (height * width) };
}

/** From where to where a box reaches along one side: its centre may be anywhere, and what is outside is cut off. */
function cutSide(length: number, share: number, random: RandomGenerator): [number, number] {
  const centre = random.integer(length);
  const half = Math.floor((length * share) / 2);
  return [Math.max(0, centre - half), Math.min(length, centre + half)];
}

/** A sample of Beta(alpha, alpha) (Jöhnk 1964), by logarithms, since powers of small alphas underflow. */
function beta(alpha: number, random: RandomGenerator): number {
  for (;;) {
    const a = logarithm(1 - random.uniform()) / alpha;
    const b = logarithm(1 - random.uniform()) / alpha;
    if (exponential(a) + exponential(b) > 1) continue;
    const most = Math.max(a, b);
    return exponential(a - most) / (exponential(a - most) + exponential(b - most));
  }
}
