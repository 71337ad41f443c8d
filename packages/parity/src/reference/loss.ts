import { mapped, numbers, type ReferenceTensor } from './tensor.js';

/** A loss and its gradient. */
export interface ReferenceLoss {
  readonly loss: number;
  /** ∂loss/∂input, in the shape of the input. */
  readonly gradient: ReferenceTensor;
}

/** −log softmax(logits)[label], averaged over the batch. Logits are `[batch, classes]`, labels `[batch]`. */
export function softmaxCrossEntropy(logits: ReferenceTensor, labels: ArrayLike<number>): ReferenceLoss {
  const [batch, classes] = logits.shape as [number, number];
  let loss = 0;
  const rows = Array.from({ length: batch }, (_, row) => {
    const values = numbers(logits).slice(row * classes, (row + 1) * classes); // [classes]
    const largest = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - largest));
    const total = powers.reduce((a, b) => a + b);
    const label = labels[row] as number;
    loss += (Math.log(total) + largest - (values[label] as number)) / batch;
    return powers.map((power, i) => (power / total - (i === label ? 1 : 0)) / batch); // (softmax − one-hot) / batch: [classes]
  });
  return { loss, gradient: mapped(logits, (_, i) => rows[Math.floor(i / classes)]?.[i % classes] as number) };
}

/** l2 · Σ kernel², and its gradient. */
export function l2Penalty(kernel: ReferenceTensor, l2: number): ReferenceLoss {
  const loss = l2 * numbers(kernel).reduce((sum, value) => sum + value ** 2, 0);
  return { loss, gradient: mapped(kernel, (value) => 2 * l2 * value) };
}
