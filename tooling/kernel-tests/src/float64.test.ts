import type { ConvolutionShape } from '@resnetjs/backend';
import { describe, expect, it } from 'vitest';
import { type BatchNorm, batchNorm, batchNormGradient } from './batch-norm.js';
import { convolutionGradients, convolve } from './convolution.js';
import { sample } from './sample.js';
import { expectClose } from './expect-close.js';

describe('the float64 reference', () => {
  it('has gradients of a convolution that agree with finite differences', () => {
    const shape: ConvolutionShape = {
      batch: 2,
      height: 5,
      width: 4,
      inChannels: 3,
      outHeight: 3,
      outWidth: 3,
      outChannels: 2,
      filterHeight: 3,
      filterWidth: 2,
      strideHeight: 2,
      strideWidth: 1,
      top: 1,
      left: 0,
    };
    const [x, filter, dy] = [sample(2 * 5 * 4 * 3, 1), sample(3 * 2 * 3 * 2, 2), sample(2 * 3 * 3 * 2, 3)];
    const loss = () => dot(convolve(shape, x, filter), dy);
    const { dx, dFilter } = convolutionGradients(shape, { x, filter, dy });
    expectClose(dx, finiteDifferences(x, loss), 1e-8);
    expectClose(dFilter, finiteDifferences(filter, loss), 1e-8);
  });

  it.each(['linear', 'relu', 'relu6', 'sigmoid'] as const)(
    'has gradients of batch normalization, %s, that agree with finite differences',
    (activation) => {
      const norm: BatchNorm = {
        channels: 3,
        epsilon: 1e-3,
        activation,
        x: sample(30, 4),
        scale: sample(3, 5, 1, 0.5),
        offset: sample(3, 6),
      };
      const dy = sample(30, 7);
      const loss = () => dot(batchNorm(norm).y, dy);
      const { dx, dScale, dOffset } = batchNormGradient(norm, dy);
      expectClose(dx, finiteDifferences(norm.x, loss), 1e-6);
      expectClose(dScale, finiteDifferences(norm.scale, loss), 1e-6);
      expectClose(dOffset, finiteDifferences(norm.offset, loss), 1e-6);
    },
  );

  it('never accepts NaN or infinity', () => {
    expect(() => expectClose([NaN], [NaN])).toThrow();
    expect(() => expectClose([NaN], [1])).toThrow();
    expect(() => expectClose([1], [NaN])).toThrow();
    expect(() => expectClose([Infinity], [Infinity])).toThrow();
  });
});

/** ∂f/∂values by central differences. */
function finiteDifferences(values: Float64Array, f: () => number, step = 1e-5): Float64Array {
  return values.map((value, i) => {
    values[i] = value + step;
    const above = f();
    values[i] = value - step;
    const below = f();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
