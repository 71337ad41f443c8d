import {
  BackendError,
  checkShape,
  forActivation,
  type FusedGroupedConvolutionAttributes,
  type GroupedConvolutionAttributes,
  groupedConvolutionShape,
  type KernelInputs,
  outputShapeOf,
} from '@resnetjs/backend';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { planFilterGradient, planForward, planInputGradient } from './convolution-plan.js';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import { areNarrow, convolveNarrow, narrowFilterGradient, narrowInputGradient } from './narrow-groups.js';
import { runPlan } from './run-plan.js';

interface ConvolutionInputs extends KernelInputs<'x' | 'filter'> {
  readonly bias?: TensorInfo | null;
}

/** Activations as ranges that results are clamped to. */
const bounds = {
  linear: { lowest: -Infinity, highest: Infinity },
  relu: { lowest: 0, highest: Infinity },
};

/** activation(x convolved with filter + bias) [batch, outHeight, outWidth, out]. */
export function convolution(
  context: KernelContext,
  { x, filter, bias }: ConvolutionInputs,
  attrs: FusedGroupedConvolutionAttributes,
): TensorInfo {
  const bounded = forActivation('convolution', attrs.activation, bounds);
  const shape = groupedConvolutionShape('convolution', x.shape, filter.shape, attrs);
  const { outChannels } = shape;
  if (bias && !util.arraysEqual(bias.shape, [outChannels])) {
    throw new BackendError(
      'bad-arguments',
      `convolution: bias [${bias.shape.join(', ')}] does not fit the filter [${filter.shape.join(', ')}]: [${outChannels}] was expected.`,
    );
  }
  const finish = { bias: bias ?? null, ...bounded };
  if (areNarrow(shape)) {
    const { backend } = context;
    const operands = { images: addressOf(backend, x), filter: addressOf(backend, filter), finish };
    return computeOutput(backend, outputShapeOf(shape), (target, allocate) =>
      convolveNarrow({ ...context, allocate }, shape, { ...operands, target }),
    );
  }
  return runPlan(
    context,
    planForward(shape),
    { image: x, right: filter, keep: true, finish },
    outputShapeOf(shape),
  );
}

/** The gradient of x [batch, height, width, in]. */
export function convolutionInputGradient(
  context: KernelContext,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  attrs: GroupedConvolutionAttributes & { readonly inputShape: readonly number[] },
): TensorInfo {
  const { inputShape } = attrs;
  const shape = groupedConvolutionShape('convolutionInputGradient', inputShape, filter.shape, attrs);
  checkShape('convolutionInputGradient', { dy }, outputShapeOf(shape));
  if (areNarrow(shape)) {
    const { backend } = context;
    const operands = { images: addressOf(backend, dy), filter: addressOf(backend, filter) };
    return computeOutput(backend, inputShape, (target, allocate) =>
      narrowInputGradient({ ...context, allocate }, shape, { ...operands, target }),
    );
  }
  return runPlan(context, planInputGradient(shape), { image: dy, right: filter }, inputShape);
}

/** The gradient of the filter [filterHeight, filterWidth, in / groups, out]. */
export function convolutionFilterGradient(
  context: KernelContext,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: GroupedConvolutionAttributes & { readonly filterShape: readonly number[] },
): TensorInfo {
  const { filterShape } = attrs;
  const shape = groupedConvolutionShape('convolutionFilterGradient', x.shape, filterShape, attrs);
  checkShape('convolutionFilterGradient', { dy }, outputShapeOf(shape));
  if (areNarrow(shape)) {
    const { backend } = context;
    const operands = { x: addressOf(backend, x), dy: addressOf(backend, dy) };
    return computeOutput(backend, filterShape, (target, allocate) =>
      narrowFilterGradient({ ...context, allocate }, shape, { ...operands, target }),
    );
  }
  return runPlan(context, planFilterGradient(shape), { image: x, right: dy }, filterShape);
}
