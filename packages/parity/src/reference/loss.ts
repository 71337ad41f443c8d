import { mapped, numbers, type ReferenceTensor } from './tensor.js';

/** A loss and its gradient. */
export interface ReferenceLoss {
  readonly loss: number;
  /** ∂loss/∂input, in the shape of the input. */
  readonly gradient: ReferenceTensor;
}

/**
 * −Σ target · log softmax(logits), averaged over the batch. Logits are `[batch, classes]`; so are targets, or they are labels,
 * `[batch]`.
 */
export function softmaxCrossEntropy(
  logits: ReferenceTensor,
  targets: ArrayLike<number> | ReferenceTensor,
): ReferenceLoss {
  const [batch, classes] = logits.shape as [number, number];
  const target = (row: number, of: number): number =>
    'data' in targets
      ? (targets.data[row * classes + of] as number)
      : Number((targets[row] as number) === of);
  let loss = 0;
  const rows = Array.from({ length: batch }, (_, row) => {
    const values = numbers(logits).slice(row * classes, (row + 1) * classes); // [classes]
    const own = values.map((_, of) => target(row, of)); // [classes]
    const weight = own.reduce((a, b) => a + b);
    const largest = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - largest));
    const total = powers.reduce((a, b) => a + b);
    values.forEach((value, of) => {
      loss += ((own[of] as number) * (Math.log(total) + largest - value)) / batch;
    });
    return powers.map((power, of) => ((power / total) * weight - (own[of] as number)) / batch); // [classes]
  });
  return { loss, gradient: mapped(logits, (_, i) => rows[Math.floor(i / classes)]?.[i % classes] as number) };
}

/** l2 · Σ kernel², and its gradient. */
export function l2Penalty(kernel: ReferenceTensor, l2: number): ReferenceLoss {
  const loss = l2 * numbers(kernel).reduce((sum, value) => sum + value ** 2, 0);
  return { loss, gradient: mapped(kernel, (value) => 2 * l2 * value) };
}
