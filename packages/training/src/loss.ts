import { ResNetError } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';

/** A batch's loss, with what training needs besides. The tensors belong to the caller. */
export interface BatchLoss {
  /** The mean over the batch of −log softmax(logits)[label], in nats: a scalar. */
  readonly loss: tf.Scalar;
  /** How many images are classified correctly (their largest logit is their label's): a float32 scalar. */
  readonly correct: tf.Scalar;
  /** The gradient of the mean loss with respect to the logits: `[batch, classes]`. */
  readonly gradient: tf.Tensor2D;
}

/**
 * Softmax cross-entropy of logits `[batch, classes]` against integer labels `[batch]` (int32), with its gradient: Keras's
 * `SparseCategoricalCrossentropy(from_logits=True)`, PyTorch's `CrossEntropyLoss`. It stays finite for large logits.
 * `targets` `[batch, classes]`, where given, are what the loss is against, −Σ target · log softmax(logits), in the labels'
 * place: smoothed or mixed labels; a row that doesn't add up to 1 weighs its image. Throws `shape-mismatch` unless there is a
 * label for each row, at least one row, and at least two classes, and targets have the logits' shape.
 *
 * @example
 * const logits = tf.tensor2d([[2, 1, 0]]);
 * const { loss, correct, gradient } = softmaxCrossEntropy(logits, tf.tensor1d([0], 'int32'));
 * loss.dataSync()[0]; // 0.4076
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  targets?: tf.Tensor2D,
): BatchLoss {
  const [batch = 0, classes = 0] = logits.shape;
  if (logits.rank !== 2 || String(labels.shape) !== String([batch]) || batch < 1 || classes < 2) {
    const message = `The loss takes logits [batch, classes] of at least two classes, and labels [batch], not [${logits.shape}] and [${labels.shape}].`;
    throw new ResNetError('shape-mismatch', message, { logits: logits.shape, labels: labels.shape });
  }
  if (targets !== undefined && String(targets.shape) !== String(logits.shape)) {
    const message = `The loss's targets must have the logits' shape, [${logits.shape}], not [${targets.shape}].`;
    throw new ResNetError('shape-mismatch', message, { logits: logits.shape, targets: targets.shape });
  }
  return tf.tidy(() => {
    const wanted = targets ?? tf.oneHot(labels, classes); // [batch, classes]
    const shifted = tf.sub(logits, tf.max(logits, 1, true)); // [batch, classes], at most 0: exp cannot overflow
    const logSums = tf.log(tf.sum(tf.exp(shifted), 1, true)); // [batch, 1]
    const logProbabilities = tf.sub(shifted, logSums); // [batch, classes]
    const hits = tf.equal(tf.argMax(logits, 1), labels); // [batch]
    const probabilities = tf.exp(logProbabilities); // [batch, classes]
    const predicted = targets ? tf.mul(probabilities, tf.sum(targets, 1, true)) : probabilities; // [batch, classes]
    return {
      loss: tf.div(tf.neg(tf.sum(tf.mul(wanted, logProbabilities))), batch) as tf.Scalar, // []
      correct: tf.sum(tf.cast(hits, 'float32')) as tf.Scalar, // []
      gradient: tf.div(tf.sub(predicted, wanted), batch) as tf.Tensor2D, // [batch, classes]
    };
  });
}
