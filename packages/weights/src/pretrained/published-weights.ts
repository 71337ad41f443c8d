import { type NetworkName, type Preprocessing, preprocessings } from '@resnetjs/core';
import type { PublishedRow } from './published-row.js';
import { publishedRows } from './published-rows.js';

/** Weights that others have published, of a network of the catalogue, for ImageNet's 1,000 classes. */
export interface PublishedWeights
  extends Omit<PublishedRow, 'interpolation' | 'cropShare' | 'normalization' | 'test'> {
  /** The catalogue's network that they are of. */
  readonly network: NetworkName;
  /** Of the file. */
  readonly url: string;
  /** How an image becomes the input of `side` pixels. */
  readonly preprocessing: Preprocessing;
  /** Another size at which timm tests them, and how an image becomes an input of that size. */
  readonly test?: { readonly side: number; readonly preprocessing: Preprocessing };
}

/** The name of published weights: their network's name, and the tag that they have at their source. */
export type PublishedWeightsName = keyof typeof publishedRows;

function describe(name: string, row: PublishedRow): PublishedWeights {
  const { interpolation, cropShare, normalization, test, ...rest } = row;
  const fit = rest.source === 'keras' ? 'fill' : 'crop';
  const preprocessing = { ...preprocessings.keras[normalization], interpolation, fit, cropShare } as const;
  return {
    network: name.slice(0, name.lastIndexOf('.')) as NetworkName,
    url: `https://huggingface.co/timm/${name}/resolve/main/model.safetensors`,
    ...rest,
    preprocessing,
    ...(test && {
      test: { side: test.side, preprocessing: { ...preprocessing, cropShare: test.cropShare } },
    }),
  };
}

/**
 * The weights that torchvision, timm and Keras publish for networks of the catalogue, by name, and how each wants its images.
 * They are data alone: no weights come with them.
 *
 * @example
 * const { network, side, preprocessing } = publishedWeights['resnet50.IMAGENET1K_V2'];
 * preprocessing; // { mean: [123.675, …], std: […], interpolation: 'bilinear', fit: 'crop', cropShare: 0.965 }
 */
export const publishedWeights: Readonly<Record<PublishedWeightsName, PublishedWeights>> =
  /* @__PURE__ */ describeAll(publishedRows);

function describeAll<Name extends string>(rows: Readonly<Record<Name, PublishedRow>>) {
  const entries = Object.entries<PublishedRow>(rows).map(([name, row]) => [name, describe(name, row)]);
  return Object.fromEntries(entries) as Readonly<Record<Name, PublishedWeights>>;
}
