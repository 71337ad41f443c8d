import { type Classifier, inferLogits, ResNetError, type TestTimeAugmentation } from '@resnetjs/core';
import { type Batch, batches, type Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { checkOptions, fitted } from './checks.js';
import { type Calibration, type ClassifiedImage, classifiedImages, ClassifiedTally } from './classified.js';
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

/** An evaluation with what all probabilities say. */
export interface DetailedEvaluation extends Evaluation {
  /** The share of the images whose class is among the k most probable ones, for k = 1, 2, … up to 5, or as many as there are. */
  readonly topAccuracies: readonly number[];
  readonly calibration: Calibration;
}

/** What `evaluate` yields: progress after each batch (`images` done out of `total`), and the result at the end. */
export type EvaluationEvent =
  | {
      readonly event: 'progress';
      readonly images: number;
      readonly total: number;
      /** The images of the batch. */
      readonly classified: readonly ClassifiedImage[];
    }
  | ({ readonly event: 'done' } & DetailedEvaluation);

/** An `EvaluationEvent` without what all probabilities say. */
type CheckedEvent =
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
  const tally = new ClassifiedTally(classifier.classes.length);
  let classified: readonly ClassifiedImage[] = [];
  const hear = (batch: Batch, probabilities: Float32Array) => {
    classified = classifiedImages(batch, probabilities);
    for (const image of classified) tally.add(image);
  };
  for await (const event of evaluateChecked(classifier, inputs, options, checkLoss, hear)) {
    if (event.event === 'progress') yield { ...event, classified };
    else yield { ...event, topAccuracies: tally.topAccuracies, calibration: tally.calibration };
  }
}

function checkLoss(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new ResNetError(
    'not-finite',
    `The model computes values that are not finite (its loss is ${loss}), so it can't be evaluated. Train it again with a smaller learning rate.`,
    { loss },
  );
}

/** `evaluate`; `check` throws if a batch's mean loss isn't finite, and `hear`, if given, gets its probabilities, [batch, classes]. */
export async function* evaluateChecked(
  classifier: Classifier,
  inputs: Inputs,
  options: EvaluateOptions,
  check: (loss: number) => void,
  hear?: (batch: Batch, probabilities: Float32Array) => void,
): AsyncGenerator<CheckedEvent, void, void> {
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
    const { meanLoss, predicted, probabilities } = await inferBatch(batch, logitsOf, hear !== undefined);
    check(meanLoss);
    if (probabilities !== null) hear?.(batch, probabilities);
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

async function inferBatch(
  batch: Batch,
  logitsOf: (batch: Batch) => tf.Tensor2D,
  wantsProbabilities: boolean,
) {
  const [loss, predicted, probabilities] = tf.tidy(() => {
    const logits = logitsOf(batch); // [batch, classes]
    const truth = tf.tensor1d(Int32Array.from(batch.labels), 'int32'); // [batch]
    const { loss } = softmaxCrossEntropy(logits, truth); // []
    const all = wantsProbabilities ? tf.softmax(logits) : null; // [batch, classes]
    return [loss, tf.argMax(logits, 1), all] as const; // [], [batch], [batch, classes]
  });
  try {
    const meanLoss = (await loss.data())[0] as number;
    return {
      ...{ meanLoss, predicted: await predicted.data() },
      probabilities: probabilities && ((await probabilities.data()) as Float32Array),
    };
  } finally {
    tf.dispose([loss, predicted, probabilities]);
  }
}
