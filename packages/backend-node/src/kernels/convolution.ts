import {
  BackendError,
  forActivation,
  type FusedConvAddAttributes,
  type KernelInputs,
  type StockKernel,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { OperationAttribute } from '../native-binding.js';
import { replaced, runOperation } from '../operation.js';
import { activate, activations, fusedAdd } from './activation.js';
import { holds, type Native, oneDnnLabel } from './native.js';
import { cropped, marginsOf, padded, paddingOf, type Windows } from './windows.js';

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
  return convolve(native, windowsOf(x.shape, filter.shape, attrs), { x, filter });
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
  if (native.oneDnn.fused) {
    return runFused(native, windows, ['BiasAdd', ...fusedActivation[activation]], [x, filter, bias]);
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
  if (native.oneDnn.fused && !isQuickerByEigen(native, windows)) {
    return runFused(native, windows, ['BiasAdd', 'Add', ...operations], [x, filter, bias, addend]);
  }
  const sum = convolveBiasActivation(native, windows, { x, filter, bias }, 'linear');
  return replaced(sum, (each) => fusedAdd(native, { a: each, b: addend }, { activation }));
}

function convolveAndAddBias(
  native: Native,
  windows: Windows,
  { x, filter, bias }: KernelInputs<'x' | 'filter' | 'bias'>,
): tf.Tensor {
  const { backend, attributes } = native;
  const product = convolve(native, windows, { x, filter });
  return replaced(product, (each) => runOperation(backend, 'BiasAdd', [attributes.float32], [each, bias]));
}

function convolve(native: Native, windows: Windows, { x, filter }: KernelInputs<'x' | 'filter'>): tf.Tensor {
  return runOperation(native.backend, 'Conv2D', attributesOf(native, windows), [x, filter]);
}

/**
 * One image: without AVX-512, oneDNN takes 1.3 times as long as Eigen for a ResNet-50, since it puts each filter into its own
 * order. Not so for two images, the few channels of a picture, or groups, which Eigen's doesn't know.
 */
function isQuickerByEigen(native: Native, windows: Windows): boolean {
  const { batchSize, inChannels, filterShape } = windows;
  const fits = batchSize === 1 && inChannels > 4;
  return native.oneDnn.slowForOneImage && fits && filterShape[2] === inChannels;
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
  const inPadded = inPaddedInput(native, windows);
  if (inPadded) {
    return tf.tidy(() => {
      const ofPadded = inputGradient(native, inPadded, { dy, filter }) as tf.Tensor4D;
      return cropped(ofPadded, marginsOf(windows), [...windows.inShape]);
    });
  }
  const [filterId, dyId] = native.backend.getInputTensorIds([filter, dy]) as [number, number];
  return runGradient(native, windows, {
    name: 'Conv2DBackpropInput',
    byOneDnn: native.oneDnn.gradients,
    shape: windows.inShape,
    inputs: (shape) => [shape, filterId, dyId],
  });
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
  const inPadded = inPaddedInput(native, windows);
  if (inPadded) {
    return tf.tidy(() => {
      const around = padded(x as tf.Tensor4D, marginsOf(windows), 0);
      return filterGradient(native, inPadded, filterShape, { x: around, dy });
    });
  }
  const [xId, dyId] = native.backend.getInputTensorIds([x, dy]) as [number, number];
  return runGradient(native, windows, {
    name: 'Conv2DBackpropFilter',
    byOneDnn: native.oneDnn.gradients && !isFilterGradientOfEigen(windows),
    shape: filterShape,
    inputs: (shape) => [xId, shape, dyId],
  });
}

/** With few pixels, Eigen's gradient of a filter is the quicker one; it knows neither groups nor dilation. */
function isFilterGradientOfEigen(windows: Windows): boolean {
  const { batchSize, outHeight, outWidth, dilationHeight, dilationWidth, filterShape, inChannels } = windows;
  const isPlain = dilationHeight * dilationWidth === 1 && filterShape[2] === inChannels;
  return isPlain && batchSize * outHeight * outWidth < 500;
}

/** oneDNN's gradients take SAME and VALID padding alone. With other padding: the windows over the input, padded. */
function inPaddedInput(native: Native, windows: Windows): Windows | undefined {
  if (!native.oneDnn.gradients || paddingOf(windows) !== 'EXPLICIT') return undefined;
  const { top, bottom, left, right } = marginsOf(windows);
  const [batch, height, width, channels] = windows.inShape;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, filterShape } = windows;
  return windowsOf([batch, top + height + bottom, left + width + right, channels], filterShape, {
    strides: [strideHeight, strideWidth],
    dilations: [dilationHeight, dilationWidth],
    pad: 'valid',
    dataFormat: 'NHWC',
  });
}

interface GradientCall {
  readonly name: 'Conv2DBackpropInput' | 'Conv2DBackpropFilter';
  /** Else by TensorFlow's choice, which without AVX-512 is Eigen: for an input's gradient it takes up to 40 times as long. */
  readonly byOneDnn: boolean;
  /** The result's. */
  readonly shape: readonly number[];
  /** The operation's, with that shape as one of them. */
  readonly inputs: (shape: number) => number[];
}

function runGradient(
  native: Native,
  windows: Windows,
  { name, byOneDnn, shape, inputs }: GradientCall,
): tf.Tensor {
  const { backend, binding } = native;
  const own = () => attributesOf(native, windows);
  const labelled = () => native.once(`oneDNN ${keyOf(windows)}`, () => [...own(), oneDnnLabel(native)]);
  const id = binding.createTensor([4], binding.TF_INT32, Int32Array.from(shape));
  try {
    const [result] = byOneDnn
      ? binding.executeOp(`_MklNative${name}`, labelled(), inputs(id), 1)
      : binding.executeOp(name, own(), inputs(id), 1);
    return backend.createOutputTensor(result!);
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

function keyOf(windows: Windows): string {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = windows;
  const margins = Object.values(marginsOf(windows));
  return [paddingOf(windows), margins, strideHeight, strideWidth, dilationHeight, dilationWidth].join(' ');
}

function attributesOf(native: Native, windows: Windows): readonly OperationAttribute[] {
  const { float32, int, string } = native.attributes;
  return native.once(`conv ${keyOf(windows)}`, () => {
    const padding = paddingOf(windows);
    const { top, bottom, left, right } = marginsOf(windows);
    return [
      float32,
      int('strides', [1, windows.strideHeight, windows.strideWidth, 1]),
      string('padding', padding),
      int('explicit_paddings', padding === 'EXPLICIT' ? [0, 0, top, bottom, left, right, 0, 0] : []),
      string('data_format', 'NHWC'),
      int('dilations', [1, windows.dilationHeight, windows.dilationWidth, 1]),
    ];
  });
}

function runFused(
  native: Native,
  windows: Windows,
  operations: readonly FusedOperation[],
  inputs: readonly tf.TensorInfo[],
): tf.Tensor {
  if (isQuickerByEigen(native, windows)) {
    const attributes = fusedAttributesOf(native, windows, operations);
    return runOperation(native.backend, '_FusedConv2D', attributes, inputs);
  }
  const attributes = native.once(`oneDNN ${operations} ${keyOf(windows)}`, () => [
    ...fusedAttributesOf(native, windows, operations),
    native.attributes.bool('is_filter_const', false),
    oneDnnLabel(native),
  ]);
  return runOperation(native.backend, '_MklNativeFusedConv2D', attributes, inputs);
}

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
  const { int, float, string, type } = native.attributes;
  const args = operations.filter((operation) => operation !== reluKeepingNaN).length;
  return native.once(`fused ${operations} ${keyOf(windows)}`, () => [
    ...attributesOf(native, windows),
    int('num_args', args),
    int('num_host_args', 0),
    type('TArgs', Array(args).fill(native.binding.TF_FLOAT)),
    string('fused_ops', [...operations]),
    float('epsilon', 1e-4),
    float('leakyrelu_alpha', slope),
  ]);
}

/**
 * Whether the fused convolution runs here and computes correctly: it takes a TensorFlow with oneDNN's kernels, and an addon
 * that passes on lists of strings, such as the one that `installNative` builds.
 */
export function hasFusedConvolution(native: Native): boolean {
  return holds(() => {
    const x = tf.tensor4d([1, -2, 3, 4], [1, 2, 2, 1]);
    const filter = tf.tensor4d([1, -1], [1, 1, 1, 2]);
    const windows = windowsOf(x.shape, filter.shape, { strides: 1, pad: 'valid', dataFormat: 'NHWC' });
    const operations = ['BiasAdd', 'Add', reluKeepingNaN] as const;
    const bias = tf.tensor1d([0.5, 1]);
    const addend = tf.tensor4d([0, 0, 0, 1, 0, 1, 2, 0], [1, 2, 2, 2]);
    const y = runFused(native, windows, operations, [x, filter, bias, addend]);
    const values = [...y.dataSync()].map((value) => (value < 0 && value > -1e-30 ? 0 : value));
    return String(values) === '1.5,0,0,4,3.5,0,6.5,0';
  });
}

/** Whether oneDNN's gradients run here and compute correctly. */
export function hasOneDnnGradients(native: Native): boolean {
  return holds(() => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const filter = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const dy = tf.tensor4d([1, -1, 2, 0], [1, 2, 1, 2]);
    const windows = windowsOf(x.shape, filter.shape, { strides: 1, pad: 'valid', dataFormat: 'NHWC' });
    const ids = native.backend.getInputTensorIds([x, filter, dy]);
    const [xId, filterId, dyId] = ids as [number, number, number];
    const run = (name: GradientCall['name'], inputs: GradientCall['inputs']) =>
      runGradient(native, windows, { name, byOneDnn: true, shape: x.shape, inputs }).dataSync();
    const ofInput = run('Conv2DBackpropInput', (shape) => [shape, filterId, dyId]);
    const ofFilter = run('Conv2DBackpropFilter', (shape) => [xId, shape, dyId]);
    return String(ofInput) === '-1,-1,-1,-1,2,6,10,14' && String(ofFilter) === '11,-1,14,-2,17,-3,20,-4';
  });
}
