import { type Classifier, forward, ResNetError } from '@resnetjs/core';
import { batches, type Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { checkFits, checkOptions } from './checks.js';
import { softmaxCrossEntropy } from './loss.js';
import { prepareImages } from './images.js';

export interface Evaluation {
  /** The mean cross-entropy in nats, without any penalty. */
  readonly loss: number;
  /** The share of the images that are named right, 0 to 1. */
  readonly accuracy: number;
  readonly images: number;
  /** By true class, how often each class was answered. */
  readonly confusion: readonly (readonly number[])[];
}

export type EvaluationEvent =
  | { readonly event: 'progress'; readonly images: number; readonly of: number }
  | ({ readonly event: 'done' } & Evaluation);

export interface EvaluateOptions {
  /** Images at a time; 32 where it isn't given. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/** Inference over a whole dataset. Ends early, without `done`, when the signal is raised. */
export async function* evaluate(
  classifier: Classifier,
  dataset: Dataset,
  options: EvaluateOptions = {},
): AsyncGenerator<EvaluationEvent, void, void> {
  const { batchSize = 32, signal } = options;
  checkOptions({ batchSize });
  checkFits(classifier, dataset);
  const confusion = classifier.classes.map(() => classifier.classes.map(() => 0));
  let loss = 0;
  let images = 0;
  for await (const batch of batches(dataset, { batchSize })) {
    if (signal?.aborted) return;
    const answer = await inferBatch(classifier, batch.images, batch.labels);
    loss += answer.loss * batch.labels.length;
    batch.labels.forEach((label, index) => {
      const row = confusion[label] as number[];
      row[answer.classes[index] as number] = (row[answer.classes[index] as number] as number) + 1;
    });
    images += batch.labels.length;
    yield { event: 'progress', images, of: dataset.labels.length };
  }
  if (images === 0) throw new ResNetError('bad-data', 'None of the images could be read.');
  const right = confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
  yield { event: 'done', loss: loss / images, accuracy: right / images, images, confusion };
}

async function inferBatch(classifier: Classifier, images: Uint8Array, labels: Uint16Array) {
  const [loss, classes] = tf.tidy(() => {
    const logits = forward(classifier.network, classifier.variables, prepareImages(classifier, images));
    const truth = tf.tensor1d(Int32Array.from(labels), 'int32');
    return [softmaxCrossEntropy(logits as tf.Tensor2D, truth).loss, tf.argMax(logits, 1)] as const;
  });
  try {
    return { loss: (await loss.data())[0] as number, classes: await classes.data() };
  } finally {
    tf.dispose([loss, classes]);
  }
}

/** Probabilities of the classes for 8-bit images [batch, height, width, channels] of the network's input size. */
export async function predict(classifier: Classifier, images: Uint8Array): Promise<number[][]> {
  const probabilities = tf.tidy(() => {
    const logits = forward(classifier.network, classifier.variables, prepareImages(classifier, images));
    return tf.softmax(logits as tf.Tensor2D);
  });
  try {
    return (await probabilities.array()) as number[][];
  } finally {
    probabilities.dispose();
  }
}
