import { type FusedActivation, groupedConvolutionShape, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activations } from './activations.js';
import { convolutionGradients, convolve } from './convolution.js';
import { expectClose } from './expect-close.js';
import { maxPooling } from './pooling.js';
import { run } from './run.js';
import { sample, tensor } from './sample.js';

type Four = [number, number, number, number];
type Pair = [number, number];

interface PaddedCase {
  readonly name: string;
  /** [batch, height, width, channels] */
  readonly x: Four;
  readonly window: Pair;
  readonly strides: Pair;
  readonly margins: readonly [top: number, bottom: number, left: number, right: number];
}

// biome-ignore format: a case a line
const cases: readonly PaddedCase[] = [
  { name: "torchvision's 3×3", x: [2, 7, 6, 8], window: [3, 3], strides: [1, 1], margins: [1, 1, 1, 1] },
  { name: "torchvision's 3×3/2", x: [2, 8, 8, 8], window: [3, 3], strides: [2, 2], margins: [1, 1, 1, 1] },
  { name: "torchvision's 7×7/2 of three channels", x: [1, 12, 14, 3], window: [7, 7], strides: [2, 2], margins: [3, 3, 3, 3] },
  { name: 'top and left', x: [1, 7, 8, 9], window: [3, 4], strides: [2, 2], margins: [2, 0, 3, 0] },
  { name: 'bottom and right', x: [1, 6, 7, 10], window: [3, 4], strides: [2, 1], margins: [0, 2, 0, 3] },
  { name: 'different on every side', x: [2, 6, 5, 9], window: [4, 4], strides: [1, 2], margins: [2, 1, 0, 3] },
  { name: 'strides 3 and 1', x: [1, 7, 6, 8], window: [2, 3], strides: [3, 1], margins: [1, 1, 2, 0] },
];

const filters = 10;

/**
 * Declares tests of the current backend's convolutions and max pooling with explicit padding, and of their gradients,
 * against float64. All values that are pooled are negative, so that padding would win if it counted as zero.
 */
export function testExplicitPadding(
  fused: readonly (FusedActivation | 'linear')[] = ['linear', 'relu'],
): void {
  describe.each(cases)('explicit padding: $name', ({ x: xShape, window, strides, margins }) => {
    const [top, bottom, left, right] = margins;
    const pad: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    const filterShape: Four = [...window, xShape[3], filters];
    const common = { strides, pad, dilations: [1, 1] as const, dataFormat: 'NHWC' };
    const shape = groupedConvolutionShape('test', xShape, filterShape, { ...common, groups: 1 });
    const yShape = [shape.batch, shape.outHeight, shape.outWidth, filters];
    const size = (of: readonly number[]) => tf.util.sizeFromShape([...of]);
    const [values, weights, offsets] = [
      sample(size(xShape), 1),
      sample(size(filterShape), 2),
      sample(filters, 3),
    ];
    const sums = convolve(shape, values, weights);

    it.each(fused)('convolution, %s', (activation) => {
      const { value } = activations[activation];
      const [x, filter, bias] = [tensor(values, xShape), tensor(weights, filterShape), tensor(offsets)];
      const [y] = run(tf.Conv2D, { x, filter }, common);
      expectClose(y!, sums, 1e-6);
      const biased = sums.map((sum, i) => sum + offsets[i % filters]!);
      const [activated] = run(tf.FusedConv2D, { x, filter, bias }, { ...common, activation });
      expectClose(activated!, biased.map(value), 1e-6);
      if (tf.getKernel(kernelNames.fusedConvAdd, tf.getBackend()) !== undefined) {
        const added = sample(sums.length, 4);
        const addend = tensor(added, yShape);
        const [total] = run(
          kernelNames.fusedConvAdd,
          { x, filter, bias, addend },
          { strides, pad, activation },
        );
        expectClose(
          total!,
          biased.map((sum, i) => value(sum + added[i]!)),
          1e-6,
        );
        addend.dispose();
      }
      tf.dispose([x, filter, bias]);
    });

    it('gradients of the convolution', () => {
      const upstream = sample(sums.length, 5);
      const truth = convolutionGradients(shape, { x: values, filter: weights, dy: upstream });
      const inputs = {
        x: tensor(values, xShape),
        filter: tensor(weights, filterShape),
        dy: tensor(upstream, yShape),
      };
      const { x, filter, dy } = inputs;
      const [dx] = run(tf.Conv2DBackpropInput, { dy, filter }, { ...common, inputShape: xShape });
      const [dFilter] = run(tf.Conv2DBackpropFilter, { x, dy }, { ...common, filterShape });
      tf.dispose(inputs);
      expectClose(dx!, truth.dx, 1e-6);
      expectClose(dFilter!, truth.dFilter, 1e-6);
    });

    it('max pooling and its gradient', () => {
      const info = tf.backend_util.computePool2DInfo(xShape, window, strides, 1, pad);
      const outShape = [info.batchSize, info.outHeight, info.outWidth, info.outChannels];
      const negative = sample(size(xShape), 6, -5);
      const upstream = sample(size(outShape), 7);
      const truth = maxPooling(info, { x: negative, dy: upstream });
      const attributes = { filterSize: window, strides, pad };
      const input = tensor(negative, xShape);
      const output = tf.engine().runKernel(tf.MaxPool, { x: input }, attributes as never) as tf.Tensor;
      expect(output.shape).toEqual(outShape);
      const dy = tensor(upstream, outShape);
      const [dx] = run(tf.MaxPoolGrad, { dy, input, output }, attributes);
      expectClose(output.dataSync(), truth.y, 1e-7);
      expectClose(dx!, truth.dx, 1e-6);
      tf.dispose([input, output, dy]);
    });
  });
}
