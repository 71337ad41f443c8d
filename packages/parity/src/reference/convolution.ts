import { mapped, sumByChannel, type ReferenceTensor, zeros } from './tensor.js';
import { forEachTap, type WindowOptions, windowedShape } from './window.js';

type ConvolutionOptions = Omit<WindowOptions, 'size'>;

/** x [batch, height, width, in] under kernel [height, width, in, out]: y[out] = Σ x[in] · kernel[in, out] + bias[out]. */
export function convolution(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  bias: ReferenceTensor | undefined,
  options: ConvolutionOptions,
): ReferenceTensor {
  const [channels, filters] = kernel.shape.slice(2) as [number, number];
  const y = zeros([...windowedShape(x.shape, withSize(kernel, options)), filters], x);
  forEachTap(x.shape, withSize(kernel, options), (pixel, place, position) => {
    for (let input = 0; input < channels; input++) {
      const value = x.data[pixel * channels + input] as number;
      const row = (place * channels + input) * filters;
      for (let output = 0; output < filters; output++) {
        y.data[position * filters + output]! += value * (kernel.data[row + output] as number);
      }
    }
  });
  return bias === undefined ? y : mapped(y, (value, i) => value + (bias.data[i % filters] as number));
}

/** What ∂loss/∂y means for a convolution's input, kernel and bias. */
export function convolutionGradients(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  dy: ReferenceTensor,
  options: ConvolutionOptions,
) {
  const [channels, filters] = kernel.shape.slice(2) as [number, number];
  const dx = zeros(x.shape, x);
  const dKernel = zeros(kernel.shape, x);
  forEachTap(x.shape, withSize(kernel, options), (pixel, place, position) => {
    for (let input = 0; input < channels; input++) {
      const at = pixel * channels + input;
      const value = x.data[at] as number;
      const row = (place * channels + input) * filters;
      for (let output = 0; output < filters; output++) {
        const gradient = dy.data[position * filters + output] as number;
        dx.data[at]! += gradient * (kernel.data[row + output] as number);
        dKernel.data[row + output]! += gradient * value;
      }
    }
  });
  return { dx, dKernel, dBias: sumByChannel(dy) };
}

function withSize(kernel: ReferenceTensor, options: ConvolutionOptions): WindowOptions {
  const [height, width] = kernel.shape as [number, number];
  return { ...options, size: [height, width] };
}
