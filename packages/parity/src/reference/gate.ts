import { mapped, type ReferenceTensor, zeros } from './tensor.js';

/** x · factors: x is `[batch, height, width, channels]`, the factors are as x, or `[batch, 1, 1, channels]`. */
export function gated(x: ReferenceTensor, factors: ReferenceTensor): ReferenceTensor {
  const at = factorOf(x, factors);
  return mapped(x, (value, i) => value * (factors.data[at(i)] as number));
}

/** The gradients of x and of the factors, from that of the product. */
export function gatedGradients(x: ReferenceTensor, factors: ReferenceTensor, dy: ReferenceTensor) {
  const at = factorOf(x, factors);
  const dFactors = zeros(factors.shape, x);
  const dx = mapped(dy, (value, i) => {
    dFactors.data[at(i)]! += value * (x.data[i] as number);
    return value * (factors.data[at(i)] as number);
  });
  return { dx, dFactors };
}

/** The index of a value's factor. */
function factorOf(x: ReferenceTensor, factors: ReferenceTensor): (i: number) => number {
  if (factors.data.length === x.data.length) return (i) => i;
  const channels = x.shape.at(-1) as number;
  const perImage = x.data.length / (x.shape[0] as number);
  return (i) => Math.floor(i / perImage) * channels + (i % channels);
}
