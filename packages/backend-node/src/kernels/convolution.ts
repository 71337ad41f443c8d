import {
  BackendError,
  forActivation,
  type FusedConvAddAttributes,
  type KernelInputs,
  type StockKernel,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { avoidsOneDnn } from '../tensorflow-environment.js';
import type { OperationAttribute } from '../native-binding.js';
import { replaced, runOperation } from '../operation.js';
import { activate, activations, fusedAdd } from './activation.js';
import type { Native } from './native.js';
import { marginsOf, paddingOf, type Windows } from './windows.js';

// Convolutions of feature maps [batch, height, width, channels], with every padding that TensorFlow.js has.

export interface Attrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function conv2D(native: Native, inputs: KernelInputs<'x' | 'filter'>, attrs: Attrs): tf.Tensor {
  const { x, filter } = inputs;
  const windows = windowsOf(x.shape, filter.shape, attrs);
  return runOperation(native.backend, 'Conv2D', attributesOf(native, windows), [x, filter]);
}

/** A convolution with bias and activation, as one operation if TensorFlow's own fused convolution is available. */
export function fusedConv2D(
  native: Native,
  inputs: tf.FusedConv2DInputs,
  attrs: tf.FusedConv2DAttrs,
  stock: StockKernel,
): tf.Tensor {
  const { x, filter, bias } = inputs;
  const { activation, dataFormat } = attrs;
  const perChannel = bias !== undefined && bias !== null && bias.shape.length === 1;
  if (!isNative(activation) || !perChannel || dataFormat !== 'NHWC') return stock<tf.Tensor>();
  return convolveBiasActivation(
    native,
    windowsOf(x.shape, filter.shape, attrs),
    { x, filter, bias },
    activation,
  );
}

export function convolveBiasActivation(
  native: Native,
  windows: Windows,
  { x, filter, bias }: KernelInputs<'x' | 'filter' | 'bias'>,
  activation: keyof typeof activations,
): tf.Tensor {
  if (native.fusedConvolution) {
    const attributes = fusedAttributesOf(native, windows, ['BiasAdd', ...fusedActivation[activation]]);
    return runOperation(native.backend, fusedOperation, attributes, [x, filter, bias]);
  }
  const sum = convolveAndAddBias(native, windows, { x, filter, bias });
  return activate(native, activations[activation], sum);
}

/** activation(convolution + bias + addend), as one operation if TensorFlow's own fused convolution is available. */
export function fusedConvAdd(
  native: Native,
  { x, filter, bias, addend }: KernelInputs<'x' | 'filter' | 'bias' | 'addend'>,
  { strides, pad, activation }: FusedConvAddAttributes,
): tf.Tensor {
  const operations = forActivation('fusedConvAdd', activation, fusedActivation);
  const windows = windowsOf(x.shape, filter.shape, { strides: [...strides], pad, dataFormat: 'NHWC' });
  if (native.fusedConvolution) {
    const attributes = fusedAttributesOf(native, windows, ['BiasAdd', 'Add', ...operations]);
    return runOperation(native.backend, fusedOperation, attributes, [x, filter, bias, addend]);
  }
  const sum = convolveAndAddBias(native, windows, { x, filter, bias });
  return replaced(sum, (each) => fusedAdd(native, { a: each, b: addend }, { activation }));
}

function convolveAndAddBias(
  native: Native,
  windows: Windows,
  { x, filter, bias }: KernelInputs<'x' | 'filter' | 'bias'>,
): tf.Tensor {
  const { backend, attributes } = native;
  const product = runOperation(backend, 'Conv2D', attributesOf(native, windows), [x, filter]);
  return replaced(product, (each) => runOperation(backend, 'BiasAdd', [attributes.float32], [each, bias]));
}

export function conv2DBackpropInput(
  native: Native,
  inputs: KernelInputs<'dy' | 'filter'>,
  attrs: Attrs & { inputShape: number[] },
): tf.Tensor {
  return inputGradient(native, windowsOf(attrs.inputShape, inputs.filter.shape, attrs), inputs);
}

export function inputGradient(
  native: Native,
  windows: Windows,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
): tf.Tensor {
  if (filter.shape[2] === 1 && filter.shape[3] === 1) {
    return oneChannelInputGradient(native, windows, { dy, filter });
  }
  const [filterId, dyId] = native.backend.getInputTensorIds([filter, dy]) as [number, number];
  return runWithShape(native, 'Conv2DBackpropInput', windows, windows.inShape, (shape) => [
    shape,
    filterId,
    dyId,
  ]);
}

/**
 * oneDNN's input gradient from one channel to one is wrong now and then, seen with TensorFlow 2.21's on AVX-512 (AMD EPYC): it
 * reads what lies beside its inputs. With a second channel of zeros it is right.
 */
function oneChannelInputGradient(
  native: Native,
  windows: Windows,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
): tf.Tensor {
  return tf.tidy(() => {
    const withZeros = (x: tf.TensorInfo) =>
      tf.pad(x as tf.Tensor4D, [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
      ]);
    return inputGradient(native, windows, { dy: withZeros(dy), filter: withZeros(filter) });
  });
}

export function conv2DBackpropFilter(
  native: Native,
  inputs: KernelInputs<'x' | 'dy'>,
  attrs: Attrs & { filterShape: number[] },
): tf.Tensor {
  const windows = windowsOf(inputs.x.shape, attrs.filterShape, attrs);
  return filterGradient(native, windows, attrs.filterShape, inputs);
}

export function filterGradient(
  native: Native,
  windows: Windows,
  filterShape: readonly number[],
  { x, dy }: KernelInputs<'x' | 'dy'>,
): tf.Tensor {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = windows;
  const unequal = filterHeight * filterWidth === 1 && strideHeight !== strideWidth;
  if (unequal && paddingOf(windows) !== 'EXPLICIT') {
    // oneDNN's gradient of a 1×1 filter with two different strides ends the process: pick the pixels first.
    return tf.tidy(() => {
      const end = x.shape as [number, number, number, number];
      const picked = tf.stridedSlice(x as tf.Tensor4D, [0, 0, 0, 0], end, [1, strideHeight, strideWidth, 1]);
      const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC' } as const;
      return filterGradient(native, windowsOf(picked.shape, filterShape, attrs), filterShape, {
        x: picked,
        dy,
      });
    });
  }
  const [xId, dyId] = native.backend.getInputTensorIds([x, dy]) as [number, number];
  return runWithShape(native, 'Conv2DBackpropFilter', windows, filterShape, (shape) => [xId, shape, dyId]);
}

/** Runs an operation that takes the shape of its result as an input. */
function runWithShape(
  native: Native,
  name: string,
  windows: Windows,
  shape: readonly number[],
  inputs: (shape: number) => number[],
): tf.Tensor {
  const { backend, binding } = native;
  const id = binding.createTensor([4], binding.TF_INT32, Int32Array.from(shape));
  try {
    return backend.createOutputTensor(
      binding.executeOp(name, attributesOf(native, windows), inputs(id), 1)[0]!,
    );
  } finally {
    binding.deleteTensor(id);
  }
}

export function windowsOf(inShape: readonly number[], filterShape: readonly number[], attrs: Attrs): Windows {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs;
  if (dataFormat !== 'NHWC') {
    throw new BackendError(
      'bad-arguments',
      `Native TensorFlow has no convolution of ${dataFormat} inputs on a CPU. Transpose the input to NHWC first.`,
    );
  }
  type Shape = [number, number, number, number];
  const shapes = [[...inShape] as Shape, [...filterShape] as Shape] as const;
  return tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode);
}

function attributesOf(native: Native, windows: Windows): readonly OperationAttribute[] {
  const { int, string } = native.attributes;
  const padding = paddingOf(windows);
  const { top, bottom, left, right } = marginsOf(windows);
  const explicit = padding === 'EXPLICIT' ? [0, 0, top, bottom, left, right, 0, 0] : [];
  const strides = [1, windows.strideHeight, windows.strideWidth, 1];
  const dilations = [1, windows.dilationHeight, windows.dilationWidth, 1];
  return native.once(`conv ${padding} ${[explicit, strides, dilations].join(' ')}`, () => [
    native.attributes.float32,
    int('strides', strides),
    string('padding', padding),
    int('explicit_paddings', explicit),
    string('data_format', 'NHWC'),
    int('dilations', dilations),
  ]);
}

/**
 * oneDNN's convolution of channels-last inputs. TensorFlow rewrites graphs to it; run by name, it takes the label that its
 * kernel is registered with.
 */
const fusedOperation = '_MklNativeFusedConv2D';

/**
 * oneDNN's ReLU turns NaN into 0, which would hide that a network has diverged. A leaky ReLU keeps NaN; its slope is the
 * smallest that isn't flushed to 0 in float32.
 */
const reluKeepingNaN = 'LeakyRelu';
const slope = 2 ** -126;

/** By activation, what computes it at the end of oneDNN's convolution. */
const fusedActivation: Readonly<Record<keyof typeof activations, readonly FusedOperation[]>> = {
  linear: [],
  relu: [reluKeepingNaN],
};

type FusedOperation = 'BiasAdd' | 'Add' | typeof reluKeepingNaN;

function isNative(activation: string): activation is keyof typeof activations {
  return Object.hasOwn(activations, activation);
}

function fusedAttributesOf(
  native: Native,
  windows: Windows,
  operations: readonly FusedOperation[],
): readonly OperationAttribute[] {
  const shared = attributesOf(native, windows);
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = windows;
  const key = [
    paddingOf(windows),
    Object.values(marginsOf(windows)),
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
  ];
  const { int, float, bool, string, type } = native.attributes;
  const args = operations.filter((operation) => operation !== reluKeepingNaN).length;
  return native.once(`fused ${operations} ${key.join(' ')}`, () => [
    ...shared,
    int('num_args', args),
    int('num_host_args', 0),
    type('TArgs', Array(args).fill(native.binding.TF_FLOAT)),
    string('fused_ops', [...operations]),
    float('epsilon', 1e-4),
    float('leakyrelu_alpha', slope),
    bool('is_filter_const', false),
    string('_kernel', 'MklNameChangeOp'),
  ]);
}

/**
 * Whether the fused convolution runs here and computes correctly: it takes a TensorFlow with oneDNN's kernels, and an addon
 * that passes on lists of strings, such as the one that `installNative` builds.
 */
export function hasFusedConvolution(native: Native): boolean {
  if (avoidsOneDnn()) return false;
  try {
    return tf.tidy(() => {
      const x = tf.tensor4d([1, -2, 3, 4], [1, 2, 2, 1]);
      const filter = tf.tensor4d([1, -1], [1, 1, 1, 2]);
      const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC' } as const;
      const windows = windowsOf(x.shape, filter.shape, attrs);
      const attributes = fusedAttributesOf(native, windows, ['BiasAdd', 'Add', reluKeepingNaN]);
      const y = runOperation(native.backend, fusedOperation, attributes, [
        x,
        filter,
        tf.tensor1d([0.5, 1]),
        tf.tensor4d([0, 0, 0, 1, 0, 1, 2, 0], [1, 2, 2, 2]),
      ]);
      const values = [...y.dataSync()].map((value) => (value < 0 && value > -1e-30 ? 0 : value));
      return String(values) === '1.5,0,0,4,3.5,0,6.5,0';
    });
  } catch {
    return false;
  }
}
