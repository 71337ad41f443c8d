import type { backend_util } from '@tensorflow/tfjs-core';

/** A convolution [batch, height, width, inChannels] → [batch, outHeight, outWidth, outChannels], undilated, in one group. */
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
  /** Rows of zeros above, columns of zeros on the left. */
  readonly top: number;
  readonly left: number;
}

/** The same from what TensorFlow.js computes of a call's arguments. */
export function convolutionShapeOf(info: backend_util.Conv2DInfo): ConvolutionShape {
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
