import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Conv } from '../network/types.js';
import { reluGradient } from './activation.js';
import type { Vjp, OpGradients } from './vjp.js';
import { runKernel } from './optional-kernel.js';

interface ConvWeights {
  /** [height, width, in, out] */
  readonly kernel: tf.Tensor;
  /** [out] */
  readonly bias: tf.Tensor | undefined;
}

/** A convolution with its bias, and a ReLU where one follows, in one kernel. */
export function convolve(
  op: Conv,
  input: tf.Tensor,
  { kernel, bias }: ConvWeights,
  relu: boolean,
): tf.Tensor {
  const x = input as tf.Tensor4D;
  const filter = kernel as tf.Tensor4D;
  const strides = [...op.strides] as [number, number];
  if (bias === undefined && !relu) return tf.conv2d(x, filter, strides, op.padding);
  return tf.fused.conv2d({
    x,
    filter,
    strides,
    pad: op.padding,
    ...(bias === undefined ? {} : { bias }),
    activation: relu ? 'relu' : 'linear',
  });
}

/** relu(convolution + bias + shortcut), by the kernel that a backend has for it. */
export function convolveAndAdd(
  op: Conv,
  x: tf.Tensor,
  { kernel, bias }: Required<ConvWeights>,
  shortcut: tf.Tensor,
): tf.Tensor {
  const inputs = { x, filter: kernel, bias: bias as tf.Tensor, addend: shortcut };
  return runKernel(kernelNames.convAddRelu, inputs, { strides: op.strides, pad: op.padding }) as tf.Tensor;
}

/** Where `normalized`, a normalization follows, which takes a bias away again: its gradient is exactly 0. */
export function differentiateConv(
  op: Conv,
  x: tf.Tensor,
  weights: ConvWeights,
  options: { relu: boolean; normalized: boolean },
): Vjp {
  const { kernel, bias } = weights;
  const y = convolve(op, x, weights, options.relu);
  const attributes = { strides: op.strides, pad: op.padding, dataFormat: 'NHWC' };
  return {
    y,
    saved: options.relu ? [x, y] : [x],
    backward: (upstream, needs): OpGradients => {
      const dy = options.relu ? reluGradient(upstream, y) : upstream;
      const gradients: OpGradients['weights'][number][] = [];
      if (needs.weights) {
        const filterAttributes = { ...attributes, filterShape: kernel.shape };
        gradients.push([
          'kernel',
          runKernel(tf.Conv2DBackpropFilter, { x, dy }, filterAttributes) as tf.Tensor,
        ]);
        if (bias !== undefined) {
          gradients.push(['bias', options.normalized ? tf.zerosLike(bias) : sumOverPositions(dy)]);
        }
      }
      const dx = needs.input
        ? runKernel(tf.Conv2DBackpropInput, { dy, filter: kernel }, { ...attributes, inputShape: x.shape })
        : null;
      if (dy !== upstream) dy.dispose();
      return { inputs: [dx as tf.Tensor | null], weights: gradients };
    },
  };
}

/** The sum over all axes but the last: [channels]. */
function sumOverPositions(dy: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sum(tf.reshape(dy, [-1, dy.shape.at(-1) as number]), 0));
}
