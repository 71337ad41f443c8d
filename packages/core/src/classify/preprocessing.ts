import { ResNetError } from '../errors.js';
import { checkChoice } from '../images/check-levels.js';
import { checkCropShare } from '../images/fit-image.js';
import { defaultFitting, type Fitting } from '../images/fitting.js';

/** The order of an RGB image's channels as a network takes them: weights that began in Caffe want blue first. */
export const channelOrders = ['rgb', 'bgr'] as const;

/** One of `channelOrders`. */
export type ChannelOrder = (typeof channelOrders)[number];

/** How an image becomes the network's input: it is resized, and each level x from 0 to 255 becomes (x − mean) / std. */
export interface Preprocessing extends Fitting {
  /** By channel, in the network's order. */
  readonly mean: readonly number[];
  /** By channel, in the network's order. */
  readonly std: readonly number[];
  /** Default: 'rgb', as the images are. */
  readonly channelOrder?: ChannelOrder;
}

/** Preprocessing to x / 255, as in the course: each channel in [0, 1], images stretched. */
export function unitRange(channels = 3): Preprocessing {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(255), ...defaultFitting };
}

/**
 * Preprocessing for images with other channels: each gets the average of mean and std, as with timm's loader.
 *
 * @example
 * adaptPreprocessing(preprocessings.torchvision, 1).mean; // [114.495]
 */
export function adaptPreprocessing(preprocessing: Preprocessing, channels: number): Preprocessing {
  const { channelOrder: _, mean, std, ...fitting } = preprocessing;
  if (mean.length === channels) return preprocessing;
  const average = (values: readonly number[]): readonly number[] =>
    Array(channels).fill(values.reduce((a, b) => a + b, 0) / values.length);
  return { mean: average(mean), std: average(std), ...fitting };
}

/**
 * Throws `bad-option` unless there is a finite mean, and a std above 0, for each channel, with an order and a crop that there
 * are.
 */
export function checkPreprocessing(preprocessing: Preprocessing, channels: number): void {
  const { mean, std, cropShare = 1, channelOrder = 'rgb' } = preprocessing;
  const sound =
    mean.length === channels &&
    std.length === channels &&
    mean.every(Number.isFinite) &&
    std.every((each) => Number.isFinite(each) && each > 0);
  if (!sound) {
    const message = `Preprocessing needs a mean and a std above 0 for each of ${channels} channels, in levels of 0 to 255, not mean [${mean}] and std [${std}].`;
    throw new ResNetError('bad-option', message, { mean, std, channels });
  }
  checkCropShare(cropShare);
  checkChoice('channelOrder', channelOrder, channelOrders);
  if (channelOrder === 'bgr' && channels !== 3) {
    const message = `channelOrder is "bgr", which is an order of 3 channels, but there are ${channels}.`;
    throw new ResNetError('bad-option', message, { channelOrder, channels });
  }
}
