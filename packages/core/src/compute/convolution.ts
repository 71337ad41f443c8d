import { type FusedActivation, type FusedConvAddAttributes, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Conv } from '../network/types.js';
import { gradientThrough } from './activation.js';
import type { Vjp, OpGradients } from './vjp.js';
import { runKernel } from './optional-kernel.js';

interface ConvWeights {
  readonly kernel: tf.Tensor; // [kernelHeight, kernelWidth, in, out]
  readonly bias: tf.Tensor | undefined; // [out]
}

/** The activation of a convolution with its bias, in one kernel. */
export function convolve(
  op: Conv,
  input: tf.Tensor,
  { kernel, bias }: ConvWeights,
  activation: FusedActivation | 'linear',
): tf.Tensor {
  const x = input as tf.Tensor4D; // [batch, height, width, in]
  const filter = kernel as tf.Tensor4D; // [kernelHeight, kernelWidth, in, out]
  const strides = [...op.strides] as [number, number];
  // Both results: [batch, outHeight, outWidth, out]
  if (bias === undefined && activation === 'linear') return tf.conv2d(x, filter, strides, op.padding);
  return tf.fused.conv2d({
    x,
    filter,
    strides,
    pad: op.padding,
    ...(bias === undefined ? {} : { bias }),
    activation,
  });
}

/** The activation of convolution + bias + shortcut, by the optional kernel `fusedConvAdd`, which must fuse it. */
export function convolveAndAdd(
  op: Conv,
  x: tf.Tensor,
  { kernel, bias }: Required<ConvWeights>,
  { shortcut, activation }: { readonly shortcut: tf.Tensor; readonly activation: FusedActivation | 'linear' },
): tf.Tensor {
  const inputs = { x, filter: kernel, bias: bias as tf.Tensor, addend: shortcut };
  const attributes: FusedConvAddAttributes = { strides: op.strides, pad: op.padding, activation };
  return runKernel(kernelNames.fusedConvAdd, inputs, attributes) as tf.Tensor;
}

/**
 * A convolution with its activation and its VJP. `normalized`: a normalization follows and cancels the bias, whose
 * gradient is exactly 0.
 */
export function differentiateConv(
  op: Conv,
  x: tf.Tensor,
  weights: ConvWeights,
  { activation, normalized }: { activation: FusedActivation | 'linear'; normalized: boolean },
): Vjp {
  const { kernel, bias } = weights;
  const linear = activation === 'linear';
  const y = convolve(op, x, weights, activation); // [batch, outHeight, outWidth, out]
  const attributes = { strides: op.strides, pad: op.padding, dataFormat: 'NHWC' };
  return {
    y,
    saved: linear ? [x] : [x, y],
    backward: (upstream, needs): OpGradients => {
      const dy = linear ? upstream : gradientThrough(activation, upstream, y); // as y
      const gradients: OpGradients['weights'][number][] = [];
      if (needs.weights) {
        const filterAttributes = { ...attributes, filterShape: kernel.shape };
        gradients.push([
          'kernel',
          runKernel(tf.Conv2DBackpropFilter, { x, dy }, filterAttributes) as tf.Tensor, // as kernel
        ]);
        if (bias !== undefined) {
          gradients.push(['bias', normalized ? tf.zerosLike(bias) : sumOverPositions(dy)]);
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
