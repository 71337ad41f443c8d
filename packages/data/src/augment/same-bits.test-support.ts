import { mixing, parseAugmentations } from '@resnetjs/recipe';
import { RandomGenerator } from '@resnetjs/core/network';
import { contentHash } from '../content-hash.js';
import { augmentBatch } from './augment-batch.js';
import { mixBatch } from './mix-batch.js';

const shape = [29, 34, 3] as const;
const COUNT = 40;
const size = shape[0] * shape[1] * shape[2];
const images = Uint8Array.from(
  { length: COUNT * size },
  (_, i) => Math.imul(i, 2654435761) >>> (24 + (i % 3)),
);

/** Augmentations, and the `contentHash` of forty images that they are made to: on every engine the same. */
export const sameBits: readonly (readonly [augment: string, hash: string])[] = [
  ['crop', '9efecad467d7fbfe72d52db736728fbe'],
  ['translate', 'b3544dc4d0b291df4f0de44f81494ee2'],
  ['flip,flip=vertical', 'c24d0bb78451bc3c815193d6e927eb6d'],
  ['rotate=180', 'f65f391968feede5a966f40aef340cd4'],
  ['shear', '5f5ee5f1205724e928a3c4b2b4cd9ca4'],
  ['color', '0d835d339ad6f8146511b2677fa140b7'],
  ['gray,blur=2', '16f80471940ba04a3cc9ff763d985f9e'],
  ['erase', '5414a261b6188edfa4a24c048d6597d3'],
  ['randAugment=20:3', '9002c5e4657652c6bdfdbda1570d3de0'],
  ['trivialAugment', 'c6168f02c14b62ccab38aefc7a225ad4'],
  [
    'crop,translate,flip,rotate,shear,color,gray,blur,erase,randAugment,trivialAugment',
    '3ad99944f52421b75173ef5a807657aa',
  ],
];

/** The hash of forty images after augmentations. */
export function augmentedHash(text: string): string {
  const augment = parseAugmentations(text);
  const indices = Uint32Array.from({ length: COUNT }, (_, i) => i * 1000);
  return contentHash(augmentBatch({ images, shape, indices, augment, seed: 11, epoch: 70 }));
}

/** Of twenty mixed batches of forty images. */
export const mixedBits = '8d0b5213f3d498fdc4201a1f93f8a0eb';

export function mixedHash(): string {
  const labels = Uint16Array.from({ length: COUNT }, (_, i) => i);
  const both = mixing({ mixup: 0.3, cutmix: 0.7 });
  const hashes = Array.from({ length: 20 }, (_, step) => {
    const mixed = mixBatch({ images, labels, shape }, both, RandomGenerator.stateless(5, step));
    return `${contentHash(mixed.images)} ${mixed.shares[0]}`;
  });
  return contentHash(new TextEncoder().encode(hashes.join()));
}
