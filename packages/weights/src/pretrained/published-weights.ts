import { type NetworkName, type Preprocessing, preprocessings } from '@resnetjs/core';
import type { PublishedRow } from './published-row.js';
import { publishedRows } from './published-rows.js';

/** Weights that others have published, of a network of the catalogue, for ImageNet's 1,000 classes. */
export interface PublishedWeights
  extends Omit<PublishedRow, 'side' | 'interpolation' | 'cropShare' | 'normalization' | 'test'> {
  /** The catalogue's network that they are of. */
  readonly network: NetworkName;
  /** Of the file. */
  readonly url: string;
  /** Of the input, in pixels. */
  readonly side: number;
  /** How an image becomes the input of `side` pixels. */
  readonly preprocessing: Preprocessing;
  /** Another size at which timm tests them, and how an image becomes an input of that size. */
  readonly test?: { readonly side: number; readonly preprocessing: Preprocessing };
}

/** The name of published weights: their network's name, and the tag that they have at their source. */
export type PublishedWeightsName = keyof typeof publishedRows;

/** What most of a source's weights have; tooling/goldens/published_weights.py has the same. */
const usual = {
  torchvision: { side: 224, interpolation: 'bilinear', cropShare: 0.875, normalization: 'torch' },
  timm: {
    ...{ side: 224, interpolation: 'bicubic', cropShare: 0.875, normalization: 'torch' },
    license: 'apache-2.0',
  },
  keras: { side: 224, interpolation: 'nearest', cropShare: 1, normalization: 'caffe' },
} as const satisfies Record<PublishedRow['source'], Omit<PublishedRow, 'source'>>;

function describe(name: string, row: PublishedRow): PublishedWeights {
  const { interpolation, cropShare, normalization, test, ...rest } = { ...usual[row.source], ...row };
  const fit = rest.source === 'keras' ? 'fill' : 'crop';
  const preprocessing = { ...preprocessings.keras[normalization], interpolation, fit, cropShare } as const;
  const network = name.slice(0, name.lastIndexOf('.')) as NetworkName;
  return {
    network,
    url: addressOf(name, network, row),
    ...rest,
    preprocessing,
    ...(test && {
      test: { side: test.side, preprocessing: { ...preprocessing, cropShare: test.cropShare } },
    }),
  };
}

function addressOf(name: string, network: NetworkName, { source, sha256 }: PublishedRow): string {
  switch (source) {
    case 'torchvision':
      return `https://download.pytorch.org/models/${network}-${sha256}.pth`;
    case 'timm':
      return `https://huggingface.co/timm/${name}/resolve/main/model.safetensors`;
    case 'keras':
      return `https://storage.googleapis.com/tensorflow/keras-applications/resnet/${network.slice('keras/'.length)}_weights_tf_dim_ordering_tf_kernels.h5`;
    default:
      return source satisfies never;
  }
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
