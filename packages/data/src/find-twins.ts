import type { Dataset, ImageIdentity } from './dataset.js';

/** Images of equal content. */
export interface Twins {
  /** How many images have such a twin. */
  readonly images: number;
  /** The names of two of them; null if there are none. */
  readonly example: readonly [string, string] | null;
}

/** Where images of equal content are. */
export interface TwinReport {
  /** Images of validation that are in training, too: the validation's figures are too good by them. */
  readonly acrossSplit: Twins;
  /** Images of training that it has in another class as well: it learns that they are both. */
  readonly acrossClasses: Twins;
  /** Images of training that its class has before them. */
  readonly withinClass: Twins;
}

/**
 * Finds images of equal content in a training's datasets, by `identify`; null if they don't identify their images.
 *
 * @example
 * const { train: training, validation } = splitDataset(images, { validationSplit: 0.2 });
 * const twins = await findTwins(training, validation);
 * if (twins?.acrossSplit.example) console.warn(twins.acrossSplit);
 */
export async function findTwins(
  train: Dataset,
  validation: Dataset | null = null,
): Promise<TwinReport | null> {
  if (!train.identify || (validation && !validation.identify)) return null;
  const acrossSplit = new Counter();
  const acrossClasses = new Counter();
  const withinClass = new Counter();
  const firstOf = new Map<string, { readonly label: number; readonly name: string }>();
  (await train.identify()).forEach(({ content, name }, index) => {
    const label = train.labels[index] as number;
    const first = firstOf.get(content);
    if (first === undefined) firstOf.set(content, { label, name });
    else (first.label === label ? withinClass : acrossClasses).add(first.name, name);
  });
  for (const { content, name } of (await validation?.identify?.()) ?? ([] as readonly ImageIdentity[])) {
    const first = firstOf.get(content);
    if (first !== undefined) acrossSplit.add(first.name, name);
  }
  return {
    acrossSplit: acrossSplit.twins,
    acrossClasses: acrossClasses.twins,
    withinClass: withinClass.twins,
  };
}

class Counter {
  twins: Twins = { images: 0, example: null };

  add(first: string, second: string): void {
    const { images, example } = this.twins;
    this.twins = { images: images + 1, example: example ?? [first, second] };
  }
}
