import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Conv } from '../network/types.js';
import { reluGradient } from './activation.js';
import type { Vjp, OpGradients } from './vjp.js';
import { runKernel } from './optional-kernel.js';

interface ConvWeights {
  readonly kernel: tf.Tensor; // [kernelHeight, kernelWidth, in, out]
  readonly bias: tf.Tensor | undefined; // [out]
}

/** A convolution with its bias and, with `relu`, a ReLU, in one kernel. */
export function convolve(
  op: Conv,
  input: tf.Tensor,
  { kernel, bias }: ConvWeights,
  relu: boolean,
): tf.Tensor {
  const x = input as tf.Tensor4D; // [batch, height, width, in]
  const filter = kernel as tf.Tensor4D; // [kernelHeight, kernelWidth, in, out]
  const strides = [...op.strides] as [number, number];
  // Both results: [batch, outHeight, outWidth, out]
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

/** relu(convolution + bias + shortcut), by the optional kernel `convAddRelu`, which the current backend must have. */
export function convolveAndAdd(
  op: Conv,
  x: tf.Tensor,
  { kernel, bias }: Required<ConvWeights>,
  shortcut: tf.Tensor,
): tf.Tensor {
  const inputs = { x, filter: kernel, bias: bias as tf.Tensor, addend: shortcut };
  return runKernel(kernelNames.convAddRelu, inputs, { strides: op.strides, pad: op.padding }) as tf.Tensor;
}

/**
 * A convolution and its VJP. `normalized`: a normalization follows and cancels the bias, whose gradient is exactly 0.
 */
export function differentiateConv(
  op: Conv,
  x: tf.Tensor,
  weights: ConvWeights,
  options: { relu: boolean; normalized: boolean },
): Vjp {
  const { kernel, bias } = weights;
  const y = convolve(op, x, weights, options.relu); // [batch, outHeight, outWidth, out]
  const attributes = { strides: op.strides, pad: op.padding, dataFormat: 'NHWC' };
  return {
    y,
    saved: options.relu ? [x, y] : [x],
    backward: (upstream, needs): OpGradients => {
      const dy = options.relu ? reluGradient(upstream, y) : upstream; // as y
      const gradients: OpGradients['weights'][number][] = [];
      if (needs.weights) {
        const filterAttributes = { ...attributes, filterShape: kernel.shape };
        gradients.push([
          'kernel',
          runKernel(tf.Conv2DBackpropFilter, { x, dy }, filterAttributes) as tf.Tensor, // as kernel
        ]);
        if (bias !== undefined) {
          gradients.push(['bias', options.normalized ? tf.zerosLike(bias) : sumOverPositions(dy)]);
        }
      }
      const dx = needs.input
        ? runKernel(tf.Conv2DBackpropInput, { dy, filter: kernel }, { ...attributes, inputShape: x.shape })
        : null; // [batch, height, width, in]
      if (dy !== upstream) dy.dispose();
      return { inputs: [dx as tf.Tensor | null], weights: gradients };
    },
  };
}

function sumOverPositions(dy: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const rows = tf.reshape(dy, [-1, dy.shape.at(-1) as number]); // [batch · height · width, channels]
    return tf.sum(rows, 0); // [channels]
  });
}
