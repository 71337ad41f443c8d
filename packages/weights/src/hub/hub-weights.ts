import type { NetworkName } from '@resnetjs/core';
import { publishedFigures } from '../pretrained/published-figures.js';
import { type PublishedWeightsName, publishedWeights } from '../pretrained/published-weights.js';
import { hubNameOf, isDefault } from './hub-name.js';

/** A row of what there is by name: published weights of networks of the catalogue. */
export interface HubWeights {
  /** As `parseHubName` takes it: `torchvision:resnet50@IMAGENET1K_V2`. */
  readonly name: string;
  /** Its name in `publishedWeights`, which says how it wants its images. */
  readonly published: PublishedWeightsName;
  readonly network: NetworkName;
  readonly source: 'torchvision' | 'timm' | 'keras';
  /** Whether it is what the name means without `@WEIGHTS`. */
  readonly isDefault: boolean;
  /** Of the file. torchvision publishes it, rounded to a thousandth of a MiB; of the others it is four bytes a value, without names. */
  readonly bytes: number;
  /** On ImageNet's validation images, in percent, as its source published it. */
  readonly accuracy: {
    readonly top1: number;
    readonly top5: number;
    /** Height and width of the images, in pixels. */
    readonly side: number;
  };
  /** Of the weights; null if their source doesn't say. Some are not for commercial use. */
  readonly license: string | null;
  readonly url: string;
  /** What the file is checked against; Hugging Face says the whole SHA-256 when it is asked. */
  readonly checksum: 'first 8 digits of SHA-256' | 'MD5' | 'SHA-256';
  /** Whether this row's file was downloaded from its address and classified images. */
  readonly tried: boolean;
}

/**
 * What there is by name, in the order of the catalogue: the weights that torchvision, timm and Keras publish for its networks. Any other
 * repository of Hugging Face can be named, too. Nothing is asked of a server.
 *
 * @example
 * for (const { name, bytes, accuracy, license } of hubWeights()) console.log(name, bytes, accuracy.top1, license);
 */
export function hubWeights(): readonly HubWeights[] {
  return (Object.keys(publishedWeights) as PublishedWeightsName[]).map((published) => {
    const { network, source, url, license = null, md5 } = publishedWeights[published];
    const [bytes, top1, top5, side] = publishedFigures[published];
    return {
      name: hubNameOf(published),
      published,
      network,
      source,
      isDefault: isDefault(published),
      bytes,
      accuracy: { top1, top5, side },
      license,
      url,
      checksum: source === 'timm' ? 'SHA-256' : md5 === undefined ? 'first 8 digits of SHA-256' : 'MD5',
      tried: false, // no address of theirs could be reached where this was written
    };
  });
}
