import { testTimeAugmentations } from '@resnetjs/core/images';
import { Option } from 'commander';

/** `--tta`, the same in every command that takes it. */
export function ttaOption(): Option {
  return new Option(
    '--tta <name>',
    'test-time augmentation: flip takes the mean of the probabilities of an image and of its mirror image',
  ).choices(testTimeAugmentations);
}
