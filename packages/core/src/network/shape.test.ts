import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { layers } from '../blocks/layers.js';
import { ResNetError } from '../errors.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { outputShape, shapes } from './shape.js';
import type { Gate, Network, Op } from './types.js';

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

const global = { op: 'globalPool', keepDims: true } as const;
const subsample = { op: 'subsample', strides: [2, 3], channelsBefore: 1, channelsAfter: 2 } as const;
const gateOf = (...gate: readonly Exclude<Op, Gate>[]): Op => ({ op: 'gate', gate });

describe('groups, dilation and margins', () => {
  it.each<[string, Op, readonly number[]]>([
    ['groups keep the map', conv(6, 3, { groups: 3 }), [7, 9, 6]],
    ['dilation widens the window', conv(2, 3, { dilation: 3 }), [3, 5, 2]],
    ['dilation of 1×2', { ...conv(2, 3), dilations: [1, 2] }, [7, 7, 2]],
    ["'same' with dilation keeps the size", conv(2, 3, { dilation: 4, padding: 'same' }), [9, 11, 2]],
    [
      'four margins',
      { ...conv(2, 4), padding: [0, 1, 2, 3], strides: [2, 3] },
      [Math.floor((9 + 1 - 4) / 2) + 1, Math.floor((11 + 5 - 4) / 3) + 1, 2],
    ],
    [
      'a margin as wide as the dilated window but one',
      conv(2, 2, { dilation: 4, padding: [4, 4, 4, 4] }),
      [13, 15, 2],
    ],
    [
      'margins of a pooling',
      { op: 'pool', mode: 'max', size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] },
      [5, 6, 3],
    ],
    ['subsampling rounds up', subsample, [5, 4, 6]],
    [
      'subsampling of every pixel',
      { ...subsample, strides: [1, 1], channelsBefore: 0, channelsAfter: 0 },
      [9, 11, 3],
    ],
    ['global pooling to a pixel', global, [1, 1, 3]],
    ['global pooling to features', { ...global, keepDims: false }, [3]],
    ['a gate by channel', gateOf(global, conv(3, 1)), [9, 11, 3]],
    ['a gate by pixel', gateOf(conv(3, 3, { padding: 'same' })), [9, 11, 3]],
  ])('%s', (_, op, expected) => {
    expect(outputShape(sequence([9, 11, 3], [op]))).toEqual(expected);
  });

  it.each<[string, Op, RegExp]>([
    [
      'groups that do not divide the channels',
      conv(4, 1, { groups: 2 }),
      /has 2 groups, 3 channels and 4 filters/,
    ],
    [
      'groups that do not divide the filters',
      conv(4, 1, { groups: 3 }),
      /has 3 groups, 3 channels and 4 filters/,
    ],
    ['no groups', conv(4, 1, { groups: 0 }), /has 0 groups/],
    ['half a group', conv(4, 1, { groups: 0.5 }), /has 0\.5 groups/],
    ['a dilation of 0', conv(4, 3, { dilation: 0 }), /dilation: 0×0/],
    ['a dilated window larger than the map', conv(4, 3, { dilation: 5 }), /dilation: 5×5.*too small/],
    [
      'more margin than window',
      { ...conv(4, 3), padding: [3, 0, 0, 0] },
      /padding: 3,0,0,0.*more padding than window/,
    ],
    ['a negative margin', { ...conv(4, 3), padding: [0, 0, -1, 0] }, /padding: 0,0,-1,0/],
    ['half a margin', { ...conv(4, 3), padding: [0, 0.5, 0, 0] }, /padding: 0,0\.5/],
    ['subsampling by 0', { ...subsample, strides: [0, 1] }, /takes every 0×1th pixel/],
    ['fewer than no channels of zeros', { ...subsample, channelsAfter: -1 }, /1 and -1 channels of zeros/],
    ['an empty gate', gateOf(), /empty gate/],
    ['a gate of other channels', gateOf(global, conv(4, 1)), /factors of shape \[1, 1, 4\]/],
    ['a gate of a smaller map', gateOf(conv(3, 3)), /factors of shape \[7, 9, 3\]/],
    ['a gate without pixels', gateOf({ ...global, keepDims: false }), /factors of shape \[3\]/],
    ['a layer in a gate', gateOf(global, conv(0, 1)), /has 0 filters/],
  ])('rejects %s', (_, op, message) => {
    const error = thrown(() => shapes(sequence([9, 11, 3], [op])));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(message);
  });

  it.each<Op>([subsample, global, { ...global, keepDims: false }])('rejects features: %j', (op) => {
    expect(thrown(() => shapes(sequence([9, 11, 3], [{ op: 'flatten' }, op]))).message).toMatch(
      /needs \[height, width, channels\], but gets \[297\]/,
    );
  });

  it('gates features by features', () => {
    expect(
      outputShape(sequence([2, 2, 3], [{ op: 'flatten' }, gateOf({ op: 'act', activation: 'sigmoid' })])),
    ).toEqual([12]);
  });
});

describe('preactResNet', () => {
  it("pools the whole map of an image that isn't square", () => {
    expect(shapes(preactResNet({ input: [32, 64, 3] })).slice(-3)).toEqual([[1, 1, 128], [128], [5]]);
  });
});
