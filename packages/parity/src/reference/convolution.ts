import { mapped, sumByChannel, type ReferenceTensor, zeros } from './tensor.js';
import { forEachTap, type WindowOptions, windowedShape } from './window.js';

type ConvolutionOptions = Omit<WindowOptions, 'size'> & { readonly groups: number };

/**
 * y[out] = Σ x[in] · kernel[in, out] + bias[out], summed over the pixels in the window and the input channels.
 * In groups, the g-th part of the filters takes the g-th part of the channels. x is `[batch, height, width, in]`, the kernel
 * `[height, width, in / groups, out]`, the bias `[out]`, y `[batch, height, width, out]`.
 */
export function convolution(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  bias: ReferenceTensor | undefined,
  options: ConvolutionOptions,
): ReferenceTensor {
  const { channels, filters, group } = channelsOf(kernel, options);
  const y = zeros([...windowedShape(x.shape, withSize(kernel, options)), filters], x); // [batch, height, width, filters]
  forEachTap(x.shape, withSize(kernel, options), (pixel, tap, position) => {
    for (let input = 0; input < channels; input++) {
      const value = x.data[pixel * channels + input] as number;
      const { row, first, end } = group(tap, input);
      for (let output = first; output < end; output++) {
        y.data[position * filters + output]! += value * (kernel.data[row + output] as number);
      }
    }
  });
  return bias === undefined ? y : mapped(y, (value, i) => value + (bias.data[i % filters] as number));
}

/** The gradients of a convolution's input, kernel and bias, from that of its result. */
export function convolutionGradients(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  dy: ReferenceTensor,
  options: ConvolutionOptions,
) {
  const { channels, filters, group } = channelsOf(kernel, options);
  const dx = zeros(x.shape, x); // [batch, height, width, channels]
  const dKernel = zeros(kernel.shape, x); // [height, width, channels / groups, filters]
  forEachTap(x.shape, withSize(kernel, options), (pixel, tap, position) => {
    for (let input = 0; input < channels; input++) {
      const at = pixel * channels + input;
      const value = x.data[at] as number;
      const { row, first, end } = group(tap, input);
      for (let output = first; output < end; output++) {
        const gradient = dy.data[position * filters + output] as number;
        dx.data[at]! += gradient * (kernel.data[row + output] as number);
        dKernel.data[row + output]! += gradient * value;
      }
    }
  });
  return { dx, dKernel, dBias: sumByChannel(dy) }; // dBias: [filters]
}

/** All channels and filters; and by tap and input channel, its row in the kernel, and the filters that take it. */
function channelsOf(kernel: ReferenceTensor, { groups }: ConvolutionOptions) {
  const [perGroup, filters] = kernel.shape.slice(2) as [number, number];
  const group = (tap: number, input: number) => {
    const first = (Math.floor(input / perGroup) * filters) / groups;
    return { row: (tap * perGroup + (input % perGroup)) * filters, first, end: first + filters / groups };
  };
  return { channels: perGroup * groups, filters, group };
}

function withSize(kernel: ReferenceTensor, options: ConvolutionOptions): WindowOptions {
  const [height, width] = kernel.shape as [number, number];
  return { ...options, size: [height, width] };
}
