import { ResNetError } from '../errors.js';
import { defaultFitting, type Fitting } from '../images/fitting.js';

/** How an image becomes the network's input: it is resized, and each level x from 0 to 255 becomes (x − mean) / std. */
export interface Preprocessing extends Fitting {
  /** By channel. */
  readonly mean: readonly number[];
  /** By channel. */
  readonly std: readonly number[];
}

/** Preprocessing to x / 255, as in the course: each channel in [0, 1], images stretched. */
export function unitRange(channels = 3): Preprocessing {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(255), ...defaultFitting };
}

/** Throws `bad-option` unless there is a finite mean, and a std above 0, for each channel. */
export function checkPreprocessing({ mean, std }: Preprocessing, channels: number): void {
  const sound =
    mean.length === channels &&
    std.length === channels &&
    mean.every(Number.isFinite) &&
    std.every((each) => Number.isFinite(each) && each > 0);
  if (sound) return;
  const message = `Preprocessing needs a mean and a std above 0 for each of ${channels} channels, in levels of 0 to 255, not mean [${mean}] and std [${std}].`;
  throw new ResNetError('bad-option', message, { mean, std, channels });
}
