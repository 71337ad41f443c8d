import type { Preprocessing } from './preprocessing.js';

/** What is done to levels, whatever their image was resized by. */
export type Normalization = Pick<Preprocessing, 'mean' | 'std' | 'channelOrder'>;

/** Levels of 0 to 255, `[…, channels]` in RGB, in the network's order, each as (x − mean) / std. */
export function normalize(
  levels: ArrayLike<number>,
  normalization: Normalization,
): Float32Array<ArrayBuffer> {
  const { mean, std, channelOrder = 'rgb' } = normalization;
  const channels = mean.length;
  const values = new Float32Array(levels.length);
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    const from = channelOrder === 'rgb' ? i : i - channel + (channels - 1 - channel);
    values[i] = ((levels[from] as number) - (mean[channel] as number)) / (std[channel] as number);
  }
  return values;
}
