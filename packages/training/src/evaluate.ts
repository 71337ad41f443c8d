import { type Classifier, inferLogits, ResNetError, type TestTimeAugmentation } from '@resnetjs/core';
import { type Batch, batches, type Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { checkOptions, fitted } from './checks.js';
import { imageInputs, type Inputs } from './network-inputs.js';
import { softmaxCrossEntropy } from './loss.js';

/** How well a classifier does on a dataset. */
export interface Evaluation {
  /** The mean cross-entropy in nats, without the L2 penalty. */
  readonly loss: number;
  /** The share of the images that are classified correctly, 0 to 1. */
  readonly accuracy: number;
  /** How many images were evaluated; those that can't be read are not among them. */
  readonly images: number;
  /** The confusion matrix, in images: `confusion[true class][predicted class]`. */
  readonly confusion: readonly (readonly number[])[];
}

/** What `evaluate` yields: progress after each batch (`images` done out of `total`), and the result at the end. */
export type EvaluationEvent =
  | { readonly event: 'progress'; readonly images: number; readonly total: number }
  | ({ readonly event: 'done' } & Evaluation);

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Images per batch. Default: 32. */
  readonly batchSize?: number;
  /** Test-time augmentation: see `predict`. Default: none. */
  readonly tta?: TestTimeAugmentation;
  /** Stops the evaluation before the next batch, without `done`. */
  readonly signal?: AbortSignal;
}

/**
 * Evaluates a classifier on a whole dataset, in inference mode. The dataset's classes are told by name, and may be some of the
 * classifier's, in another order. Throws `bad-option`, `shape-mismatch` or `bad-data` if options, image size or classes don't
 * fit, `bad-data` if no image can be read, `not-finite` if the classifier computes values that aren't finite, and whatever
 * reading the dataset throws.
 *
 * @example
 * for await (const event of evaluate(classifier, images)) {
 *   if (event.event === 'done') console.log(`accuracy ${event.accuracy}, loss ${event.loss}`);
 * }
 */
export async function* evaluate(
  classifier: Classifier,
  dataset: Dataset,
  options: EvaluateOptions = {},
): AsyncGenerator<EvaluationEvent, void, void> {
  const inputs = imageInputs(classifier, fitted(classifier, dataset));
  yield* evaluateChecked(classifier, inputs, options, checkLoss);
}

function checkLoss(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new ResNetError(
    'not-finite',
    `The model computes values that are not finite (its loss is ${loss}), so it can't be evaluated. Train it again with a smaller learning rate.`,
    { loss },
  );
}

/** `evaluate`; `check` throws if a batch's mean loss isn't finite. */
export async function* evaluateChecked(
  classifier: Classifier,
  inputs: Inputs,
  options: EvaluateOptions,
  check: (loss: number) => void,
): AsyncGenerator<EvaluationEvent, void, void> {
  const { batchSize = 32, signal, tta } = options;
  checkOptions({ batchSize });
  const { data, network, inputOf } = inputs;
  const logitsOf = (batch: Batch) =>
    inferLogits({ network, variables: classifier.variables }, inputOf(batch), tta);
  const confusion = classifier.classes.map(() => classifier.classes.map(() => 0));
  let loss = 0;
  let images = 0;
  for await (const batch of batches(data, { batchSize })) {
    if (signal?.aborted) return;
    const { meanLoss, predicted } = await inferBatch(batch, logitsOf);
    check(meanLoss);
    loss += meanLoss * batch.labels.length;
    batch.labels.forEach((label, index) => {
      const row = confusion[label] as number[];
      row[predicted[index] as number] = (row[predicted[index] as number] as number) + 1;
    });
    images += batch.labels.length;
    yield { event: 'progress', images, total: data.labels.length };
  }
  if (images === 0) throw new ResNetError('bad-data', 'None of the images can be read.');
  const correct = confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
  yield { event: 'done', loss: loss / images, accuracy: correct / images, images, confusion };
}

async function inferBatch(batch: Batch, logitsOf: (batch: Batch) => tf.Tensor2D) {
  const [loss, predicted] = tf.tidy(() => {
    const logits = logitsOf(batch); // [batch, classes]
    const truth = tf.tensor1d(Int32Array.from(batch.labels), 'int32'); // [batch]
    return [softmaxCrossEntropy(logits, truth).loss, tf.argMax(logits, 1)] as const; // [], [batch]
  });
  try {
    return { meanLoss: (await loss.data())[0] as number, predicted: await predicted.data() };
  } finally {
    tf.dispose([loss, predicted]);
  }
}
