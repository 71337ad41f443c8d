/** How an image was classified. */
export interface ClassifiedImage {
  /** Its index in the dataset. */
  readonly index: number;
  /** Its class, and the one that was predicted, as indices of the classifier's classes. */
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class, 0 to 1. */
  readonly probability: number;
  /** Of its own class, 0 to 1. */
  readonly labelProbability: number;
  /** The place of its own class among all, from 1 for the most probable. */
  readonly rank: number;
}

/** How well probabilities tell how often they are right (Guo et al. 2017). */
export interface Calibration {
  /** The expected calibration error: the mean distance of a bin's accuracy from its mean probability, by its share of the images. */
  readonly error: number;
  /** By the probability of the predicted class: 15 bins of equal width from 0 to 1. */
  readonly bins: readonly {
    readonly images: number;
    /** 0 where there are no images. */
    readonly accuracy: number;
    /** The mean probability of the predicted class; 0 where there are no images. */
    readonly probability: number;
  }[];
}

const binCount = 15;
const mostTop = 5;

/** Sums over classified images. */
export class ClassifiedTally {
  readonly #ranks: number[];
  readonly #bins = Array.from({ length: binCount }, () => ({ images: 0, correct: 0, probability: 0 }));
  #images = 0;

  constructor(classes: number) {
    this.#ranks = Array.from({ length: Math.min(classes, mostTop) }, () => 0);
  }

  add({ label, predicted, probability, rank }: ClassifiedImage): void {
    this.#images++;
    if (rank <= this.#ranks.length) this.#ranks[rank - 1]!++;
    const bin = this.#bins[Math.min(binCount - 1, Math.max(0, Math.ceil(probability * binCount) - 1))]!;
    bin.images++;
    bin.probability += probability;
    if (label === predicted) bin.correct++;
  }

  /** The share of the images whose class is among the k most probable ones, for k = 1, 2, … up to 5 or all. */
  get topAccuracies(): number[] {
    let images = 0;
    return this.#ranks.map((count) => {
      images += count;
      return images / this.#images;
    });
  }

  get calibration(): Calibration {
    const bins = this.#bins.map(({ images, correct, probability }) =>
      images === 0
        ? { images, accuracy: 0, probability: 0 }
        : { images, accuracy: correct / images, probability: probability / images },
    );
    const error = bins.reduce(
      (sum, { images, accuracy, probability }) =>
        sum + (images / this.#images) * Math.abs(accuracy - probability),
      0,
    );
    return { error, bins };
  }
}

/** How the images of a batch were classified, from their probabilities, [batch, classes]. */
export function classifiedImages(
  { labels, indices }: { readonly labels: ArrayLike<number>; readonly indices: ArrayLike<number> },
  probabilities: Float32Array,
): ClassifiedImage[] {
  const classes = probabilities.length / labels.length;
  return Array.from({ length: labels.length }, (_, position) => {
    const row = probabilities.subarray(position * classes, (position + 1) * classes);
    const label = labels[position] as number;
    const labelProbability = row[label] as number;
    let [predicted, rank] = [0, 1];
    row.forEach((probability, each) => {
      if (probability > (row[predicted] as number)) predicted = each;
      // Of two as probable, the first comes first, as in argMax.
      if (probability > labelProbability || (probability === labelProbability && each < label)) rank++;
    });
    const index = indices[position] as number;
    return { index, label, predicted, probability: row[predicted] as number, labelProbability, rank };
  });
}
