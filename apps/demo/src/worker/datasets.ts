import { ResNetError } from '@resnetjs/core';
import {
  cached,
  checkDataset,
  type Dataset,
  findTwins,
  identifyPixels,
  splitDataset,
  subset,
  syntheticSigns,
} from '@resnetjs/data';
import type { SavedData } from '../storage/records.js';
import { type Images, ownImages, setOwnImages } from './own-images.js';
import type { DataSource, Decoded } from './protocol.js';

/** The share of the visitor's own images that is held out for validation. */
const validationShare = 0.2;
/** The same images as `resnet evaluate --data synthetic:signs` uses. */
const unseenSigns = 600;

export interface TrainingData {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/** Images to train on, and others to validate with. Throws `bad-data` if there are too few. */
export function openData(source: DataSource): TrainingData {
  if (source.kind === 'signs') {
    const { size, count } = source;
    return {
      train: cached(syntheticSigns({ size, count })),
      validation: cached(syntheticSigns({ size, count: unseenSigns, split: 'test' })),
    };
  }
  const images = ownImages();
  const all = inMemory(images);
  const { unseen } = images;
  if (unseen === undefined) return splitDataset(all, { validationSplit: validationShare });
  const where = (side: number) => [...unseen.keys()].filter((index) => unseen[index] === side);
  return { train: checkDataset(subset(all, where(0))), validation: subset(all, where(1)) };
}

/** Adds to the visitor's images which of them are of equal content, where they are split for a training. */
export async function withDuplicates(decoded: Decoded): Promise<Decoded> {
  const { train, validation } = openData({ kind: 'own' });
  return { ...decoded, duplicates: await findTwins(train, validation) };
}

function inMemory({ classes, size, labels, pixels, identities }: Images): Dataset {
  const bytes = size * size * 3;
  if (pixels.length !== labels.length * bytes) {
    throw new ResNetError('bad-data', 'The saved pictures are incomplete. Give them again.');
  }
  return {
    classes,
    shape: [size, size, 3],
    labels,
    identify: async () => identities ?? identifyPixels(pixels, labels.length),
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

/** What is saved beside a checkpoint: of generated images their number and size, of the visitor's own their pixels. */
export function toSavedData(source: DataSource): SavedData {
  if (source.kind === 'signs') return source;
  const { pixels, ...rest } = ownImages();
  return { kind: 'own', ...rest, pixels: new Blob([pixels]) };
}

/** Restores the images that a saved training used. */
export async function restoreData(saved: SavedData): Promise<DataSource> {
  if (saved.kind === 'signs') return saved;
  const { kind, pixels, labels, ...rest } = saved;
  setOwnImages({
    ...rest,
    labels: Uint16Array.from(labels),
    pixels: new Uint8Array(await pixels.arrayBuffer()),
  });
  return { kind };
}
