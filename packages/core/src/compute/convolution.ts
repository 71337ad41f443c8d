import {
  type ConvolutionPadding,
  type FusedActivation,
  type FusedConvAddAttributes,
  kernelNames,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { isPlain } from '../network/operations.js';
import type { Conv, Padding } from '../network/types.js';
import { gradientThrough } from './activation.js';
import { groupedConvolution, groupedFilterGradient, groupedInputGradient } from './grouped-convolution.js';
import type { Vjp, OpGradients } from './vjp.js';
import { runKernel } from './optional-kernel.js';

interface ConvWeights {
  readonly kernel: tf.Tensor; // [kernelHeight, kernelWidth, in / groups, out]
  readonly bias: tf.Tensor | undefined; // [out]
}

/** Padding as TensorFlow.js takes it. */
export function padOf(padding: Padding): ConvolutionPadding {
  if (typeof padding === 'string') return padding;
  const [top, bottom, left, right] = padding;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** The activation of a convolution with its bias, in one kernel. */
export function convolve(
  op: Conv,
  input: tf.Tensor,
  { kernel, bias }: ConvWeights,
  activation: FusedActivation | 'linear',
): tf.Tensor {
  const x = input as tf.Tensor4D; // [batch, height, width, in]
  const filter = kernel as tf.Tensor4D; // [kernelHeight, kernelWidth, in / groups, out]
  const strides = [...op.strides] as [number, number];
  const pad = padOf(op.padding);
  // All results: [batch, outHeight, outWidth, out]
  if (!isPlain(op)) return groupedConvolution(attributesOf(op), { x, filter, bias }, activation);
  if (bias === undefined && activation === 'linear') return tf.conv2d(x, filter, strides, pad);
  return tf.fused.conv2d({ x, filter, strides, pad, ...(bias === undefined ? {} : { bias }), activation });
}

const attributesOf = ({ strides, padding, dilations, groups }: Conv) => ({
  strides,
  pad: padOf(padding),
  dilations,
  groups,
});

/** The activation of convolution + bias + shortcut, by the optional kernel `fusedConvAdd`, which must fuse it. */
export function convolveAndAdd(
  op: Conv,
  x: tf.Tensor,
  { kernel, bias }: Required<ConvWeights>,
  { shortcut, activation }: { readonly shortcut: tf.Tensor; readonly activation: FusedActivation | 'linear' },
): tf.Tensor {
  const inputs = { x, filter: kernel, bias: bias as tf.Tensor, addend: shortcut };
  const attributes: FusedConvAddAttributes = { strides: op.strides, pad: padOf(op.padding), activation };
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
  return {
    y,
    saved: linear ? [x] : [x, y],
    backward: (upstream, needs): OpGradients => {
      const dy = linear ? upstream : gradientThrough(activation, upstream, y); // as y
      const gradients: OpGradients['weights'][number][] = [];
      if (needs.weights) {
        gradients.push(['kernel', filterGradient(op, x, dy, kernel.shape)]);
        if (bias !== undefined) {
          gradients.push(['bias', normalized ? tf.zerosLike(bias) : sumOverPositions(dy)]);
        }
      }
      const dx = needs.input ? inputGradient(op, dy, kernel, x.shape) : null; // [batch, height, width, in]
      if (dy !== upstream) dy.dispose();
      return { inputs: [dx], weights: gradients };
    },
  };
}

/** The gradient of the kernel, [kernelHeight, kernelWidth, in / groups, out]. */
function filterGradient(op: Conv, x: tf.Tensor, dy: tf.Tensor, filterShape: number[]): tf.Tensor {
  const attributes = { ...attributesOf(op), filterShape };
  if (!isPlain(op)) return groupedFilterGradient(attributes, x, dy);
  return runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attributes, dataFormat: 'NHWC' }) as tf.Tensor;
}

/** The gradient of the input, [batch, height, width, in]. */
function inputGradient(op: Conv, dy: tf.Tensor, filter: tf.Tensor, inputShape: number[]): tf.Tensor {
  const attributes = { ...attributesOf(op), inputShape };
  if (!isPlain(op)) return groupedInputGradient(attributes, dy, filter);
  return runKernel(
    tf.Conv2DBackpropInput,
    { dy, filter },
    { ...attributes, dataFormat: 'NHWC' },
  ) as tf.Tensor;
}

function sumOverPositions(dy: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const rows = tf.reshape(dy, [-1, dy.shape.at(-1) as number]); // [batch · height · width, channels]
    return tf.sum(rows, 0); // [channels]
  });
}
