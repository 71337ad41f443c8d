import { ResNetError } from '../errors.js';
import { type OutputStride, outputStrides } from './options.js';

/** How the convolutions of a stage move. */
export interface StageStride {
  /** Of the block that reduces the map. */
  readonly stride: number;
  /** Of the k×k kernels up to the one with the stride that becomes a dilation, that one included. */
  readonly firstDilation: number;
  /** Of all k×k kernels after that. */
  readonly dilation: number;
}

/**
 * The strides of stages, given as if the last map were 1/32 of the image: each stride beyond the output stride becomes a
 * dilation (Yu et al. 2017, §2; as timm and torchvision do it). `stemStride` is the stem's. Throws `bad-option` for an output stride that isn't one of
 * `outputStrides`.
 */
export function stageStrides(
  strides: readonly number[],
  outputStride: OutputStride,
  stemStride = 4,
): readonly StageStride[] {
  if (!outputStrides.includes(outputStride)) {
    throw new ResNetError(
      'bad-option',
      `The output stride can't be ${outputStride}: choose one of ${outputStrides.join(', ')}.`,
      { outputStride },
    );
  }
  let reduction = stemStride;
  let dilation = 1;
  return strides.map((stride) => {
    const firstDilation = dilation;
    if (reduction * stride > outputStride) {
      dilation *= stride;
      return { stride: 1, firstDilation, dilation };
    }
    reduction *= stride;
    return { stride, firstDilation, dilation };
  });
}
