import type { GroupedConvolutionShape } from '@resnetjs/backend';
import { describe, expect, it } from 'vitest';
import { type BatchNorm, batchNorm, batchNormGradient } from './batch-norm.js';
import { convolutionGradients, convolve } from './convolution.js';
import { sample } from './sample.js';
import { expectClose } from './expect-close.js';

describe('the float64 reference', () => {
  it.each<[string, Partial<GroupedConvolutionShape>]>([
    ['', {}],
    [
      ' in groups, with dilation',
      { groups: 2, dilationHeight: 2, dilationWidth: 3, outWidth: 1, inChannels: 4 },
    ],
  ])('has gradients of a convolution%s that agree with finite differences', (_, own) => {
    const shape = {
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
      ...own,
    };
    const { inChannels, outWidth, groups = 1 } = shape;
    const x = sample(2 * 5 * 4 * inChannels, 1);
    const filter = sample((3 * 2 * inChannels * 2) / groups, 2);
    const dy = sample(2 * 3 * outWidth * 2, 3);
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
