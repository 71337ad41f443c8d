import { mapped, sumByChannel, type ReferenceTensor, zeros } from './tensor.js';

/** y = x · kernel + bias; x is `[batch, in]`, the kernel `[in, out]`, the bias `[out]`, y `[batch, out]`. */
export function dense(x: ReferenceTensor, kernel: ReferenceTensor, bias: ReferenceTensor): ReferenceTensor {
  const y = zeros([x.shape[0] as number, kernel.shape[1] as number], x); // [batch, out]
  forEachProduct(x, kernel, (xi, ki, yi) => {
    y.data[yi]! += (x.data[xi] as number) * (kernel.data[ki] as number);
  });
  return mapped(y, (value, i) => value + (bias.data[i % bias.data.length] as number));
}

/** The gradients of a dense layer's input, kernel and bias, from that of its result. */
export function denseGradients(x: ReferenceTensor, kernel: ReferenceTensor, dy: ReferenceTensor) {
  const dx = zeros(x.shape, x); // [batch, in]
  const dKernel = zeros(kernel.shape, x); // [in, out]
  forEachProduct(x, kernel, (xi, ki, yi) => {
    dx.data[xi]! += (dy.data[yi] as number) * (kernel.data[ki] as number);
    dKernel.data[ki]! += (dy.data[yi] as number) * (x.data[xi] as number);
  });
  return { dx, dKernel, dBias: sumByChannel(dy) }; // dBias: [out]
}

/** Calls `visit` with the indices into x, kernel and y of each product in x · kernel. */
function forEachProduct(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  visit: (xi: number, ki: number, yi: number) => void,
): void {
  const [batch, inputs] = x.shape as [number, number];
  const outputs = kernel.shape[1] as number;
  for (let row = 0; row < batch; row++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        visit(row * inputs + input, input * outputs + output, row * outputs + output);
      }
    }
  }
}
