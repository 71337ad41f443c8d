import * as tf from '@tensorflow/tfjs-core';
import { forward } from '../compute/forward.js';
import { checkChoice } from '../images/check-levels.js';
import { type TestTimeAugmentation, testTimeAugmentations } from '../images/test-time-augmentation.js';
import type { Model } from '../rewrite/fold.js';

/**
 * A classifier's logits, [batch, classes], for images [batch, height, width, channels]; with test-time augmentation, logits
 * whose softmax is the mean of the views' probabilities (Krizhevsky et al. 2012, §4.1), which unlike a mean of logits
 * no single view decides by its scale. Throws `bad-option` for another augmentation, and as `forward` does.
 *
 * @example
 * const logits = inferLogits(classifier, preprocess(classifier, images), 'flip');
 */
export function inferLogits(
  { network, variables }: Model,
  images: tf.Tensor,
  augmentation?: TestTimeAugmentation,
): tf.Tensor2D {
  if (augmentation === undefined) return forward(network, variables, images) as tf.Tensor2D;
  checkChoice('tta', augmentation, testTimeAugmentations);
  return tf.tidy(() => {
    const views = [images, tf.reverse(images as tf.Tensor4D, 2)];
    const logProbabilities = views.map((view) => tf.logSoftmax(forward(network, variables, view)));
    const sum = tf.logSumExp(tf.stack(logProbabilities), 0); // [batch, classes]
    return tf.sub(sum, Math.log(views.length)) as tf.Tensor2D;
  });
}
