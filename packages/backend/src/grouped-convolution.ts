import { backend_util } from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.js';
import { type ConvolutionShape, convolutionShapeOf } from './convolution-shape.js';

/** Padding as `tf.conv2d` takes it; explicit padding is [[0, 0], [top, bottom], [left, right], [0, 0]], in pixels. */
export type ConvolutionPadding = 'same' | 'valid' | backend_util.ExplicitPadding;

/** How a convolution in groups moves: pixels by [height, width]. */
export interface GroupedConvolutionAttributes {
  readonly strides: readonly [number, number];
  readonly pad: ConvolutionPadding;
  /** The distance of a filter's neighboring values on the map; 1 where they are neighbors there, too. */
  readonly dilations: readonly [number, number];
  /** Divides the channels of the input and of the result. */
  readonly groups: number;
}

/** The sizes of a convolution in groups; channels are those of all groups. */
export interface GroupedConvolutionShape extends ConvolutionShape {
  readonly groups: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/**
 * The sizes of a convolution in groups of x [batch, height, width, in] with a filter [filterHeight, filterWidth,
 * in / groups, out]. Throws `bad-arguments` for shapes that don't fit.
 */
export function groupedConvolutionShape(
  kernel: string,
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations, groups }: GroupedConvolutionAttributes,
): GroupedConvolutionShape {
  const [filterHeight, filterWidth, perGroup, outChannels] = filter as readonly [
    number,
    number,
    number,
    number,
  ];
  const inChannels = x.at(-1) as number;
  const fits =
    [x, filter].every(({ length }) => length === 4) &&
    [groups, ...strides, ...dilations].every((each) => Number.isSafeInteger(each) && each > 0) &&
    perGroup * groups === inChannels &&
    outChannels % groups === 0;
  if (!fits) {
    throw new BackendError(
      'bad-arguments',
      `${kernel}: a filter [${filter.join(', ')}] in ${groups} groups, with strides ${strides.join(' × ')} and dilations ` +
        `${dilations.join(' × ')}, does not fit x [${x.join(', ')}]: the filter must be [height, width, in / groups, out], ` +
        'and groups must divide both numbers of channels.',
    );
  }
  const info = backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    [filterHeight, filterWidth, inChannels, outChannels],
    [...strides],
    [...dilations],
    pad,
  );
  return {
    ...convolutionShapeOf(info),
    groups,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
  };
}
