import { type Classifier, differentiate, disposeTrainingPass, parameterId, walk } from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import { preparePictures, softmaxCrossEntropy } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';

/** Pictures that the gradient is taken over: always the same, so that only the network changes. */
const probed = 12;

/**
 * How long the loss's gradient is by the kernel of each convolution, first to last: what a training step would get to
 * work with there. Nothing is learned from it.
 */
export async function gradientNorms(classifier: Classifier, data: Dataset): Promise<number[]> {
  const { network, variables } = classifier;
  const count = data.labels.length;
  const indices = Array.from({ length: Math.min(probed, count) }, (_, i) => Math.floor((i * count) / probed));
  const chosen = count < probed ? [...data.labels.keys()] : indices;
  const pixels = await data.read(chosen);
  const norms = tf.tidy(() => {
    const labels = tf.tensor1d(
      chosen.map((index) => data.labels[index] as number),
      'int32',
    );
    const pictures = preparePictures(classifier, pixels);
    const pass = differentiate(
      network,
      variables,
      pictures,
      (logits) => softmaxCrossEntropy(logits as tf.Tensor2D, labels).gradient,
    );
    const convolutions = walk(network).filter(({ op }) => op.op === 'conv');
    const lengths = convolutions.map(({ site }) => {
      const gradient = pass.gradients.weights.get(parameterId(site, 'kernel')) as tf.Tensor;
      return tf.norm(gradient);
    });
    const together = tf.stack(lengths); // [convolutions]
    disposeTrainingPass(pass);
    return together;
  });
  try {
    return Array.from(await norms.data());
  } finally {
    norms.dispose();
  }
}
