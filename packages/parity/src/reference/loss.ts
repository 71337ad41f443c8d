import { mapped, numbers, type ReferenceTensor } from './tensor.js';

export interface ReferenceLoss {
  readonly loss: number;
  /** ∂loss/∂logits, as the logits. */
  readonly gradient: ReferenceTensor;
}

/** The batch's mean of −log softmax(logits)[label]; logits [batch, classes], a label for each. */
export function softmaxCrossEntropy(logits: ReferenceTensor, labels: ArrayLike<number>): ReferenceLoss {
  const [batch, classes] = logits.shape as [number, number];
  let loss = 0;
  const rows = Array.from({ length: batch }, (_, row) => {
    const values = numbers(logits).slice(row * classes, (row + 1) * classes);
    const largest = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - largest));
    const total = powers.reduce((a, b) => a + b);
    const label = labels[row] as number;
    loss += (Math.log(total) + largest - (values[label] as number)) / batch;
    return powers.map((power, i) => (power / total - (i === label ? 1 : 0)) / batch);
  });
  return { loss, gradient: mapped(logits, (_, i) => rows[Math.floor(i / classes)]?.[i % classes] as number) };
}

/** l2 · Σ kernel², and its gradient. */
export function l2Penalty(kernel: ReferenceTensor, l2: number): ReferenceLoss {
  const loss = l2 * numbers(kernel).reduce((sum, value) => sum + value ** 2, 0);
  return { loss, gradient: mapped(kernel, (value) => 2 * l2 * value) };
}
