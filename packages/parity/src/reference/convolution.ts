import { mapped, sumByChannel, type Tensor64, zeros } from './tensor.js';
import { forEachTap, type WindowOptions, windowedShape } from './window.js';

type ConvolutionOptions = Omit<WindowOptions, 'size'>;

/** x [batch, height, width, in] under kernel [height, width, in, out]: y[out] = Σ x[in] · kernel[in, out] + bias[out]. */
export function convolution(
  x: Tensor64,
  kernel: Tensor64,
  bias: Tensor64 | undefined,
  options: ConvolutionOptions,
): Tensor64 {
  const filters = kernel.shape[3] as number;
  const y = zeros([...windowedShape(x.shape, withSize(kernel, options)), filters]);
  forEachProduct(x, kernel, options, (xi, ki, yi) => {
    y.data[yi]! += at(x, xi) * at(kernel, ki);
  });
  return bias === undefined ? y : mapped(y, (value, i) => value + at(bias, i % filters));
}

/** What ∂loss/∂y means for a convolution's input, kernel and bias. */
export function convolutionGradients(
  x: Tensor64,
  kernel: Tensor64,
  dy: Tensor64,
  options: ConvolutionOptions,
) {
  const dx = zeros(x.shape);
  const dKernel = zeros(kernel.shape);
  forEachProduct(x, kernel, options, (xi, ki, yi) => {
    dx.data[xi]! += at(dy, yi) * at(kernel, ki);
    dKernel.data[ki]! += at(dy, yi) * at(x, xi);
  });
  return { dx, dKernel, dBias: sumByChannel(dy) };
}

/** Calls `visit` for each product that a convolution adds up, with the indices of x, kernel and y. */
function forEachProduct(
  x: Tensor64,
  kernel: Tensor64,
  options: ConvolutionOptions,
  visit: (xi: number, ki: number, yi: number) => void,
): void {
  const [channels, filters] = kernel.shape.slice(2) as [number, number];
  forEachTap(x.shape, withSize(kernel, options), (pixel, place, position) => {
    for (let input = 0; input < channels; input++) {
      for (let output = 0; output < filters; output++) {
        visit(
          pixel * channels + input,
          (place * channels + input) * filters + output,
          position * filters + output,
        );
      }
    }
  });
}

function withSize(kernel: Tensor64, options: ConvolutionOptions): WindowOptions {
  const [height, width] = kernel.shape as [number, number];
  return { ...options, size: [height, width] };
}

function at({ data }: Tensor64, index: number): number {
  return data[index] as number;
}
