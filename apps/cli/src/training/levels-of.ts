import { adaptPreprocessing, type Preprocessing, preprocessings, unitRange } from '@resnetjs/core';
import type { Normalization } from '../options/normalization.js';

/** The mean and std of a normalization. */
export function levelsOf(name: Normalization, channels: number): Pick<Preprocessing, 'mean' | 'std'> {
  const whole = name === 'imagenet' ? preprocessings.torchvision : unitRange();
  const { mean, std } = adaptPreprocessing(whole, channels);
  return { mean, std };
}
