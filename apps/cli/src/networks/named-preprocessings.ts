import { type NetworkName, type Preprocessing, preprocessings, unitRange } from '@resnetjs/core';
import { type PublishedWeightsName, publishedWeights } from '@resnetjs/weights';
import { unknownName } from '../options/unknown-name.js';

/** Ways of preparing images, by their names on the command line. */
const ways: Readonly<Record<string, Preprocessing>> = {
  torchvision: preprocessings.torchvision,
  'torchvision-v2': preprocessings.torchvisionV2,
  timm: preprocessings.timm,
  'keras-caffe': preprocessings.keras.caffe,
  'keras-tf': preprocessings.keras.tf,
  'keras-torch': preprocessings.keras.torch,
  cifar: preprocessings.cifar,
  raw: preprocessings.raw,
  'unit-range': unitRange(),
};

/** How images are prepared, and their height and width if they are those of published weights. Throws `unknown-name`. */
export function namedPreprocessing(name: string): {
  readonly preprocessing: Preprocessing;
  readonly side?: number;
} {
  const way = Object.hasOwn(ways, name) ? ways[name] : undefined;
  if (way !== undefined) return { preprocessing: way };
  if (Object.hasOwn(publishedWeights, name)) {
    const { preprocessing, side } = publishedWeights[name as PublishedWeightsName];
    return { preprocessing, side };
  }
  const others = Object.keys(publishedWeights);
  return unknownName('preprocessing', name, [...Object.keys(ways), ...others], {
    lister: `${Object.keys(ways).join(', ')}; and those of published weights, such as ${others[0]}`,
  });
}

/** The name of a way of preparing images; null for one without a name. */
export function nameOfPreprocessing(preprocessing: Preprocessing): string | null {
  const sought = canonical(preprocessing);
  return Object.keys(ways).find((name) => canonical(ways[name] as Preprocessing) === sought) ?? null;
}

/** The published weights of a network that want their images so. */
export function publishedWith(
  network: string,
  preprocessing: Preprocessing,
): readonly PublishedWeightsName[] {
  const sought = canonical(preprocessing);
  return (Object.keys(publishedWeights) as PublishedWeightsName[]).filter((name) => {
    const row = publishedWeights[name];
    return row.network === (network as NetworkName) && canonical(row.preprocessing) === sought;
  });
}

/** Levels of shares of 1 differ in their last digits. */
function canonical({ mean, std, interpolation, fit, cropShare = 1, channelOrder = 'rgb' }: Preprocessing) {
  const digits = (values: readonly number[]) => values.map((value) => value.toPrecision(9));
  return JSON.stringify([digits(mean), digits(std), interpolation, fit, cropShare, channelOrder]);
}
