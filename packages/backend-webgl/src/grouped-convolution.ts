import {
  checkShape,
  type FusedGroupedConvolutionAttributes,
  forActivation,
  type GroupedConvolutionAttributes,
  type GroupedConvolutionShape,
  groupedConvolutionShape,
  type KernelInputs,
  outputShapeOf,
} from '@resnetjs/backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ActivationCode, activationCode } from './activation.js';
import { correlate } from './convolution.js';
import { filterGradient, inputGradient, sumOfParts } from './convolution-gradients.js';
import { partsOf } from './filter-gradient.js';
import type { KernelContext } from './kernel.js';
import { rowsOf, run, view } from './program.js';
import { convolutionByValue, inputGradientByValue, partialFilterGradientByValue } from './value-by-value.js';

// Convolutions with groups and dilation. A texel holds two channels: where the groups have even numbers of them, the
// programs of other convolutions take groups, too; for other groups, there are programs that compute value by value.

/** activation(x convolved with filter + bias). */
export function convolution(
  { backend }: KernelContext,
  { x, filter, bias }: KernelInputs<'x' | 'filter'> & { readonly bias?: TensorInfo | null },
  attrs: FusedGroupedConvolutionAttributes,
): TensorInfo {
  const code: ActivationCode = forActivation('convolution', attrs.activation, activationCode);
  const shape = groupedConvolutionShape('convolution', x.shape, filter.shape, attrs);
  if (bias) checkShape('convolution', { bias }, [shape.outChannels]);
  if (inPairs(shape)) return correlate(backend, shape, { x, filter }, { bias, activation: code });
  const program = convolutionByValue(shape, { bias: Boolean(bias), activation: code });
  const y = run(backend, program, [rowsOf(x), rowsOf(filter), ...(bias ? [bias] : [])]);
  return view(y, outputShapeOf(shape));
}

/** The gradient of x [batch, height, width, inChannels]. */
export function convolutionInputGradient(
  { backend }: KernelContext,
  { dy, filter }: KernelInputs<'dy' | 'filter'>,
  attrs: GroupedConvolutionAttributes & { readonly inputShape: readonly number[] },
): TensorInfo {
  const shape = groupedConvolutionShape('convolutionInputGradient', attrs.inputShape, filter.shape, attrs);
  checkShape('convolutionInputGradient', { dy }, outputShapeOf(shape));
  const fast = inPairs(shape) ? inputGradient(backend, shape, { dy, filter }) : undefined;
  return (
    fast ?? view(run(backend, inputGradientByValue(shape), [rowsOf(dy), rowsOf(filter)]), attrs.inputShape)
  );
}

/** The gradient of the filter [filterHeight, filterWidth, inChannels / groups, outChannels]. */
export function convolutionFilterGradient(
  { backend }: KernelContext,
  { x, dy }: KernelInputs<'x' | 'dy'>,
  attrs: GroupedConvolutionAttributes & { readonly filterShape: readonly number[] },
): TensorInfo {
  const shape = groupedConvolutionShape('convolutionFilterGradient', x.shape, attrs.filterShape, attrs);
  checkShape('convolutionFilterGradient', { dy }, outputShapeOf(shape));
  if (inPairs(shape)) return filterGradient(backend, shape, { x, dy });
  const parts = partsOf(shape);
  const partial = run(backend, partialFilterGradientByValue(shape, parts), [rowsOf(x), rowsOf(dy)]);
  return sumOfParts(backend, shape, parts, partial);
}

/** Whether the two channels of each texel, of x, of y and of the filter, are in one group. */
function inPairs({ groups, inChannels, outChannels }: GroupedConvolutionShape): boolean {
  return groups === 1 || ((inChannels / groups) % 2 === 0 && (outChannels / groups) % 2 === 0);
}
