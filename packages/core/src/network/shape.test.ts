import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { layers } from '../blocks/layers.js';
import { ResNetError } from '../errors.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { outputShape, shapes } from './shape.js';
import type { Network, Op } from './types.js';

const sequence = (input: Network['input'], stem: readonly Op[]): Network => ({
  ...asNetwork(identityBlock({ kernelSize: 1, filters: [1, 1, 1] }), input, 'course/sequence'),
  stages: [],
  stem,
});
const { conv } = layers();

const thrown = (run: () => unknown): ResNetError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ResNetError) return error;
  }
  throw new Error('No ResNetError was thrown.');
};

describe('shapes', () => {
  it('counts the places where a window fits', () => {
    const small = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        small,
        small,
        small,
        fc.constantFrom('same' as const, 'valid' as const),
        (size, window, stride, padding) => {
          const starts = Array.from({ length: size }, (_, start) => start).filter(
            (start) => start % stride === 0,
          );
          const fitting = padding === 'same' ? starts : starts.filter((start) => start + window <= size);
          fc.pre(fitting.length > 0);
          const network = sequence([size, size, 1], [conv(2, window, { stride, padding })]);
          expect(outputShape(network)).toEqual([fitting.length, fitting.length, 2]);
        },
      ),
      { seed: 20151210 },
    );
  });

  it('treats height and width separately', () => {
    const op = { ...conv(2, 1), kernelSize: [3, 1], strides: [1, 2] } as const;
    expect(outputShape(sequence([8, 9, 1], [op]))).toEqual([6, 5, 2]);
  });

  it('names the layer whose branch does not fit its shortcut, and says what to do', () => {
    const network = asNetwork(
      identityBlock({ kernelSize: 3, filters: [4, 4, 5] }),
      [4, 4, 3],
      'course/block',
    );
    const error = thrown(() => shapes(network));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toBe(
      'course/block, block 2a: layer add adds a branch of shape [4, 4, 5] to a shortcut of shape [4, 4, 3]: ' +
        'give the branch that shape, or the block a projection shortcut.',
    );
    expect(error.details.site).toMatchObject({ stage: 0, block: 0, path: 'add' });
  });

  it('names the layer for which the image is too small', () => {
    const error = thrown(() => outputShape(courseResNet50({ input: [32, 32, 3] })));
    expect(error.message).toMatch(
      /^course\/resnet50, the head: layer avg_pool cannot move a 2×2 window .* over 1×1 .*too small/,
    );
  });

  it.each<[string, () => Network, RegExp]>([
    ['an image without height', () => courseResNet50({ input: [0, 64, 3] }), /input_1 takes \[0, 64, 3\]/],
    ['half a class', () => preactResNet({ classes: 2.5 }), /fc10 has 2\.5 units/],
    ['no filters', () => sequence([4, 4, 3], [conv(0, 1)]), /conv1 has 0 filters/],
    [
      'a stride of 0',
      () =>
        asNetwork(
          convolutionalBlock({ kernelSize: 1, filters: [1, 1, 1], stride: 0 }),
          [4, 4, 3],
          'course/block',
        ),
      /res2a_branch2a cannot move/,
    ],
    [
      'a convolution of features',
      () => sequence([4, 4, 3], [{ op: 'flatten' }, conv(1, 1)]),
      /conv1 needs \[height, width, channels\], but gets \[48\]/,
    ],
    [
      'a dense layer of maps',
      () => sequence([4, 4, 3], [{ ...courseResNet50().head[2], units: 2 } as Op]),
      /fc2 needs \[features\], but gets \[4, 4, 3\]: flatten first/,
    ],
  ])('rejects %s', (_, network, message) => {
    expect(thrown(() => shapes(network())).message).toMatch(message);
  });
});

describe('invalid values', () => {
  it.each<[Op, RegExp]>([
    [{ op: 'pad', top: -9, bottom: 0, left: 0, right: 0 }, /pads by \[-9, 0, 0, 0\]; it needs whole numbers/],
    [
      {
        op: 'norm',
        epsilon: -1,
        momentum: 0.99,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
      /epsilon -1 and momentum 0.99; epsilon must be positive/,
    ],
    [
      {
        op: 'norm',
        epsilon: 1e-3,
        momentum: Number.NaN,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
      /momentum NaN/,
    ],
  ])('are rejected: %j', (op, message) => {
    expect(() => shapes(sequence([4, 4, 3], [op]))).toThrow(message);
  });

  it.each([-1, 1.5])('are rejected: preact/resnet with %d blocks', (blocks) => {
    expect(() => preactResNet({ blocks })).toThrow(/blocks; it needs a whole number/);
  });
});

describe('preactResNet', () => {
  it("pools the whole map of an image that isn't square", () => {
    expect(shapes(preactResNet({ input: [32, 64, 3] })).slice(-3)).toEqual([[1, 1, 128], [128], [5]]);
  });
});
