import * as tf from '@tensorflow/tfjs-core';

export interface BatchLoss {
  /** The mean of −log softmax(logits)[label] over the batch: a scalar, in nats. */
  readonly loss: tf.Scalar;
  /** How many of the batch have their largest logit at their label: a scalar. */
  readonly correct: tf.Scalar;
  /** The gradient of the mean loss: [batch, classes]. */
  readonly gradient: tf.Tensor2D;
}

/** Softmax cross-entropy on logits [batch, classes] against labels [batch] (int32), with its gradient. */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): BatchLoss {
  return tf.tidy(() => {
    const [batch, classes] = logits.shape;
    const targets = tf.oneHot(labels, classes); // [batch, classes]
    const shifted = tf.sub(logits, tf.max(logits, 1, true));
    const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
    return {
      loss: tf.div(tf.neg(tf.sum(tf.mul(targets, logProbabilities))), batch) as tf.Scalar,
      correct: tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32')) as tf.Scalar,
      gradient: tf.div(tf.sub(tf.exp(logProbabilities), targets), batch) as tf.Tensor2D,
    };
  });
}
