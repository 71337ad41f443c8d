import type { KernelInputs, StockKernel } from '@resnetjs/backend';
import {
  type _FusedMatMulAttrs,
  add,
  elu,
  leakyRelu,
  matMul,
  prelu,
  relu,
  relu6,
  sigmoid,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';

interface FusedInputs extends KernelInputs<'a' | 'b'> {
  readonly bias?: TensorInfo | null;
  readonly preluActivationWeights?: TensorInfo | null;
}

/** activation(a · b + bias). TensorFlow.js's own kernel adds the wrong bias to batches of products, and to transposed ones. */
export function fusedMatMul(
  _context: unknown,
  { a, b, bias, preluActivationWeights }: FusedInputs,
  { transposeA, transposeB, activation, leakyreluAlpha }: _FusedMatMulAttrs,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const single = [a, b].every(({ shape }) => shape.slice(0, -2).every((count) => count === 1));
  if (!bias || (single && !transposeA && !transposeB)) return stock();
  return tidy(() => {
    const sum = add(matMul(a as Tensor, b as Tensor, transposeA, transposeB), bias as Tensor);
    switch (activation) {
      case 'linear':
        return sum;
      case 'relu':
        return relu(sum);
      case 'relu6':
        return relu6(sum);
      case 'elu':
        return elu(sum);
      case 'sigmoid':
        return sigmoid(sum);
      case 'leakyrelu':
        return leakyRelu(sum, leakyreluAlpha);
      case 'prelu':
        return prelu(sum, preluActivationWeights as Tensor);
    }
  });
}
