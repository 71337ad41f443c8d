import { ResNetError } from '@resnetjs/core';
import { cached, type Dataset, split, syntheticSigns } from '@resnetjs/data';
import type { KeptData } from '../storage/database.js';
import { holdImages, ownImages, type Images } from './own-images.js';
import type { DataOrder } from './protocol.js';

/** The share of the visitor's own images that the network is judged on, and never trained on. */
const heldOut = 0.2;
/** As `resnet evaluate --data synthetic:signs` takes them. */
const unseenSigns = 600;

export interface TrainingData {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/** Images to train on, and others to judge by. Throws `bad-data` where there are too few. */
export function openData(order: DataOrder): TrainingData {
  if (order.kind === 'signs') {
    const { size, count } = order;
    return {
      train: cached(syntheticSigns({ size, count })),
      validation: cached(syntheticSigns({ size, count: unseenSigns, split: 'test' })),
    };
  }
  return split(inMemory(ownImages()), { fraction: heldOut });
}

function inMemory({ classes, size, labels, pixels }: Images): Dataset {
  const bytes = size * size * 3;
  if (pixels.length !== labels.length * bytes) {
    throw new ResNetError('bad-data', 'The pictures that were kept are not whole. Give them again.');
  }
  return {
    classes,
    shape: [size, size, 3],
    labels,
    async read(indices) {
      const batch = new Uint8Array(indices.length * bytes); // [batch, size, size, 3]
      for (let i = 0; i < indices.length; i++) {
        const start = (indices[i] as number) * bytes;
        batch.set(pixels.subarray(start, start + bytes), i * bytes);
      }
      return batch;
    },
  };
}

/** As it is kept beside a checkpoint: drawn images are drawn again. */
export function keepData(order: DataOrder): KeptData {
  if (order.kind === 'signs') return order;
  const { pixels, ...rest } = ownImages();
  return { kind: 'own', ...rest, pixels: new Blob([pixels]) };
}

/** The images of a kept training are the visitor's again. */
export async function findData(kept: KeptData): Promise<DataOrder> {
  if (kept.kind === 'signs') return kept;
  const { kind, pixels, labels, ...rest } = kept;
  holdImages({
    ...rest,
    labels: Uint16Array.from(labels),
    pixels: new Uint8Array(await pixels.arrayBuffer()),
  });
  return { kind };
}
