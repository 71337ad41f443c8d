import {
  type ConvolutionPadding,
  type FusedActivation,
  type GroupedConvolutionAttributes,
  groupedConvolutionShape,
  kernelNames,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activations } from './activations.js';
import { convolutionGradients, convolve } from './convolution.js';
import { expectClose } from './expect-close.js';
import { run } from './run.js';
import { sampleTensor } from './sample.js';

type Pair = readonly [height: number, width: number];

/** A convolution with groups or dilation to test. */
export interface GroupedCase {
  readonly name: string;
  /** [batch, height, width, in] */
  readonly x: readonly [number, number, number, number];
  /** [height, width, in / groups, out] */
  readonly filter: readonly [number, number, number, number];
  readonly groups: number;
  /** Default: 1 each. */
  readonly strides?: Pair;
  /** Default: 1 each. */
  readonly dilations?: Pair;
  /** Default: 'same'. */
  readonly pad?: ConvolutionPadding;
}

const margins = (top: number, bottom: number, left: number, right: number): ConvolutionPadding => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

// biome-ignore format: a case a line
/** Odd and even sizes and channels, of x, of y and of their groups, with every parity of stride, dilation and padding. */
export const groupedCases: readonly GroupedCase[] = [
  { name: 'groups of 4', x: [2, 7, 6, 16], filter: [3, 3, 4, 16], groups: 4 },
  { name: 'groups of 4, odd width', x: [1, 6, 7, 16], filter: [3, 3, 4, 16], groups: 4, pad: margins(1, 1, 1, 1) },
  { name: 'groups of 4, stride 2', x: [2, 8, 8, 16], filter: [3, 3, 4, 16], groups: 4, strides: [2, 2], pad: margins(1, 1, 1, 1) },
  { name: 'groups of 8, stride 2, odd', x: [1, 9, 7, 16], filter: [3, 3, 8, 16], groups: 2, strides: [2, 2] },
  { name: 'many groups', x: [1, 5, 5, 128], filter: [3, 3, 4, 128], groups: 32 },
  { name: 'wider out', x: [1, 6, 5, 8], filter: [3, 3, 2, 24], groups: 4 },
  { name: 'narrower out', x: [2, 5, 6, 24], filter: [3, 2, 6, 8], groups: 4, pad: 'valid' },
  { name: 'one channel in, one out', x: [2, 7, 6, 10], filter: [3, 3, 1, 10], groups: 10 },
  { name: 'one channel in, three out', x: [1, 6, 7, 5], filter: [3, 3, 1, 15], groups: 5, strides: [2, 1] },
  { name: 'three channels in, one out', x: [1, 7, 5, 15], filter: [2, 3, 3, 5], groups: 5, strides: [1, 2], pad: margins(2, 0, 0, 3) },
  { name: 'odd groups of odd channels', x: [2, 6, 6, 9], filter: [3, 3, 3, 15], groups: 3, dilations: [2, 1] },
  { name: 'even in, odd out', x: [1, 6, 6, 12], filter: [3, 3, 4, 9], groups: 3, strides: [2, 2] },
  { name: 'odd in, even out', x: [1, 6, 6, 9], filter: [3, 3, 3, 12], groups: 3, strides: [3, 3] },
  { name: 'dilation 2', x: [2, 9, 8, 8], filter: [3, 3, 8, 6], groups: 1, dilations: [2, 2] },
  { name: 'dilation 2 of odd channels', x: [1, 9, 9, 9], filter: [3, 3, 9, 7], groups: 1, dilations: [2, 2], pad: margins(2, 2, 2, 2) },
  { name: 'dilation 4, larger than the map', x: [1, 6, 5, 4], filter: [3, 3, 4, 4], groups: 1, dilations: [4, 4] },
  { name: 'dilations 3 and 2, one column', x: [1, 8, 9, 4], filter: [3, 1, 4, 5], groups: 1, dilations: [3, 2] },
  { name: 'dilations 1 and 3, valid', x: [1, 5, 11, 6], filter: [3, 3, 6, 4], groups: 1, dilations: [1, 3], pad: 'valid' },
  { name: 'dilation and stride 2', x: [1, 11, 10, 6], filter: [3, 3, 6, 4], groups: 1, strides: [2, 2], dilations: [2, 2] },
  { name: 'dilations 3 and strides 2', x: [1, 11, 12, 6], filter: [3, 3, 6, 4], groups: 1, strides: [2, 2], dilations: [3, 3] },
  { name: 'groups and dilation', x: [2, 8, 7, 16], filter: [3, 3, 4, 16], groups: 4, dilations: [2, 3], pad: margins(3, 1, 0, 5) },
  { name: 'groups, dilation and strides', x: [1, 9, 10, 8], filter: [3, 2, 4, 8], groups: 2, strides: [1, 2], dilations: [2, 3] },
  { name: 'strides 2 and 1', x: [1, 9, 8, 8], filter: [3, 3, 4, 8], groups: 2, strides: [2, 1], dilations: [1, 2] },
  { name: 'strides 3 and 4, past the filter', x: [1, 9, 11, 8], filter: [2, 2, 4, 8], groups: 2, strides: [3, 4], pad: 'valid' },
  { name: 'pixels alone', x: [1, 5, 7, 12], filter: [1, 1, 4, 6], groups: 3, strides: [2, 2], pad: 'valid' },
  { name: 'padding past the filter', x: [1, 3, 4, 4], filter: [2, 2, 2, 4], groups: 2, pad: margins(3, 0, 0, 4) },
  { name: 'one pixel', x: [3, 1, 1, 8], filter: [3, 3, 4, 8], groups: 2 },
];

/**
 * Declares tests of the current backend's convolution with groups and dilation, and of those of its gradients that the
 * backend has, against float64.
 */
export function testGroupedConvolution(
  activationsToFuse: readonly (FusedActivation | 'linear')[] = ['linear', 'relu'],
  cases: readonly GroupedCase[] = groupedCases,
): void {
  describe.each(cases)('a convolution with groups or dilation: $name', (each) => {
    const { groups, strides = [1, 1], dilations = [1, 1], pad = 'same' } = each;
    const attributes: GroupedConvolutionAttributes = { groups, strides, dilations, pad };
    const shape = groupedConvolutionShape('test', each.x, each.filter, attributes);
    const yShape = [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels];
    // TensorFlow.js's addition on WebGL leaves 0.5 beyond odd axes; so read the values only after the kernel has run.
    const littered = (size: readonly number[], seed: number) =>
      tf.tidy(() => tf.add(sampleTensor(size, seed), 0.5));
    const x = () => littered(each.x, 1);
    const filter = () => littered(each.filter, 2);
    const dy = () => littered(yShape, 4);
    const bias = () => littered([shape.outChannels], 3);

    it.each(activationsToFuse)('forward, %s', (activation) => {
      const own = { ...attributes, activation };
      const inputs = { x: x(), filter: filter(), bias: bias() };
      const [y] = run(kernelNames.convolution, inputs, own);
      const { bias: added, ...plain } = inputs;
      const [withoutBias] = run(kernelNames.convolution, plain, own);
      const sums = convolve(shape, plain.x.dataSync(), plain.filter.dataSync());
      const offsets = added.dataSync();
      tf.dispose(inputs);
      const { value } = activations[activation];
      expectClose(
        y!,
        sums.map((sum, i) => value(sum + offsets[i % shape.outChannels]!)),
        1e-6,
      );
      expectClose(withoutBias!, sums.map(value), 1e-6);
    });

    it('backward', () => {
      const inputs = { x: x(), filter: filter(), dy: dy() };
      const found: { dx?: Float32Array | undefined; dFilter?: Float32Array | undefined } = {};
      const has = (name: string) => tf.getKernel(name, tf.getBackend()) !== undefined;
      if (has(kernelNames.convolutionInputGradient)) {
        const { x: _, ...given } = inputs;
        const own = { ...attributes, inputShape: [...each.x] };
        found.dx = run(kernelNames.convolutionInputGradient, given, own)[0];
      }
      if (has(kernelNames.convolutionFilterGradient)) {
        const { filter: _, ...given } = inputs;
        const own = { ...attributes, filterShape: [...each.filter] };
        found.dFilter = run(kernelNames.convolutionFilterGradient, given, own)[0];
      }
      const values = { x: inputs.x.dataSync(), filter: inputs.filter.dataSync(), dy: inputs.dy.dataSync() };
      tf.dispose(inputs);
      const truth = convolutionGradients(shape, values);
      if (found.dx) expectClose(found.dx, truth.dx, 1e-6);
      if (found.dFilter) expectClose(found.dFilter, truth.dFilter, 1e-6);
    });
  });

  it('a convolution in groups keeps NaN in its group alone', () => {
    const inputs = { x: tf.tensor4d([Number.NaN, 1, 2, 3], [1, 1, 1, 4]), filter: tf.ones([1, 1, 2, 4]) };
    const attributes = { groups: 2, strides: [1, 1], dilations: [1, 1], pad: 'same', activation: 'relu' };
    const [y] = run(kernelNames.convolution, inputs, attributes);
    tf.dispose(inputs);
    expect([...y!]).toEqual([Number.NaN, Number.NaN, 5, 5]);
  });

  it('a convolution in groups refuses what does not fit', () => {
    const inputs = { x: tf.ones([1, 2, 2, 4]), filter: tf.ones([1, 1, 2, 4]), bias: tf.ones([3]) };
    const attributes = { groups: 4, strides: [1, 1], dilations: [1, 1], pad: 'same', activation: 'linear' };
    const { bias: _, ...plain } = inputs;
    expect(() => run(kernelNames.convolution, plain, attributes)).toThrow(/in 4 groups/);
    expect(() => run(kernelNames.convolution, inputs, { ...attributes, groups: 2 })).toThrow(/bias \[3\]/);
    const dy = tf.ones([1, 3, 2, 4]);
    for (const name of [kernelNames.convolutionInputGradient, kernelNames.convolutionFilterGradient]) {
      if (tf.getKernel(name, tf.getBackend()) === undefined) continue;
      const own = { ...attributes, groups: 2, inputShape: [1, 2, 2, 4], filterShape: [1, 1, 2, 4] };
      expect(() => run(name, { ...plain, dy }, own)).toThrow(/dy \[1, 3, 2, 4\]/);
    }
    tf.dispose([inputs, dy]);
  });
}
