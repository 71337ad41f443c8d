import { mapped, type Tensor64 } from './tensor.js';

export interface Loss64 {
  readonly loss: number;
  /** ∂loss/∂logits, as the logits. */
  readonly gradient: Tensor64;
}

/** The batch's mean of −log softmax(logits)[label]; logits [batch, classes], a label for each. */
export function softmaxCrossEntropy(logits: Tensor64, labels: ArrayLike<number>): Loss64 {
  const [batch, classes] = logits.shape as [number, number];
  let loss = 0;
  const rows = Array.from({ length: batch }, (_, row) => {
    const values = logits.data.subarray(row * classes, (row + 1) * classes);
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
export function l2Penalty(kernel: Tensor64, l2: number): Loss64 {
  const loss = l2 * kernel.data.reduce((sum, value) => sum + value ** 2, 0);
  return { loss, gradient: mapped(kernel, (value) => 2 * l2 * value) };
}
