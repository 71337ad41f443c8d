import { describe, expect, it } from 'vitest';
import {
  type BatchNorm,
  batchNorm,
  batchNormGradient,
  type Convolution,
  convolutionGradients,
  convolve,
  dot,
  draw,
  expectClose,
  finiteDifferences,
} from './reference.test-support.js';

describe('the float64 reference', () => {
  it('has the convolution’s gradients that finite differences have', () => {
    const convolution: Convolution = {
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
      x: draw(2 * 5 * 4 * 3, 1),
      filter: draw(3 * 2 * 3 * 2, 2),
    };
    const dy = draw(2 * 3 * 3 * 2, 3);
    const loss = () => dot(convolve(convolution), dy);
    const { dx, dFilter } = convolutionGradients(convolution, dy);
    expectClose(dx, finiteDifferences(convolution.x, loss), 1e-8);
    expectClose(dFilter, finiteDifferences(convolution.filter, loss), 1e-8);
  });

  it.each([false, true])(
    'has batch normalization’s gradients that finite differences have (relu %s)',
    (relu) => {
      const norm: BatchNorm = {
        channels: 3,
        epsilon: 1e-3,
        relu,
        x: draw(30, 4),
        scale: draw(3, 5, 1, 0.5),
        offset: draw(3, 6),
      };
      const dy = draw(30, 7);
      const loss = () => dot(batchNorm(norm).y, dy);
      const { dx, dScale, dOffset } = batchNormGradient(norm, dy);
      expectClose(dx, finiteDifferences(norm.x, loss), 1e-6);
      expectClose(dScale, finiteDifferences(norm.scale, loss), 1e-6);
      expectClose(dOffset, finiteDifferences(norm.offset, loss), 1e-6);
    },
  );

  it('lets no NaN pass', () => {
    expect(() => expectClose([NaN], [NaN])).toThrow();
    expect(() => expectClose([NaN], [1])).toThrow();
    expect(() => expectClose([1], [NaN])).toThrow();
    expect(() => expectClose([Infinity], [Infinity])).toThrow();
  });
});
