import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * The sizes of a convolution from [batch, height, width, inChannels] to [batch, outHeight, outWidth, outChannels],
 * without dilation or groups. Heights, widths and strides are in pixels.
 */
export interface ConvolutionShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Rows of zero padding above the image. */
  readonly top: number;
  /** Columns of zero padding to the left of the image. */
  readonly left: number;
}

/** The shape of a convolution's result: [batch, outHeight, outWidth, outChannels]. */
export function outputShapeOf({ batch, outHeight, outWidth, outChannels }: ConvolutionShape): number[] {
  return [batch, outHeight, outWidth, outChannels];
}

/**
 * Converts TensorFlow.js's description of a convolution (`backend_util.computeConv2DInfo`), or of one over volumes
 * (`computeConv3DInfo`) in the plane of images.
 */
export function convolutionShapeOf(
  info: backend_util.Conv2DInfo | ReturnType<typeof backend_util.computeConv3DInfo>,
): ConvolutionShape {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}
