import type { backend_util } from '@tensorflow/tfjs-core';

// Plain loops in float64: slow, but correct by inspection.

type Visit = (
  input: readonly [n: number, z: number, y: number, x: number],
  output: number,
  tap: number,
) => void;

/** Calls back for every pixel of x [n, depth, height, width] that a window of y covers, with the flat indices of y and tap. */
function eachPixel(c: backend_util.Conv3DInfo, visit: Visit): void {
  const { front, top, left } = c.padInfo;
  let output = 0;
  for (let n = 0; n < c.batchSize; n++)
    for (let oz = 0; oz < c.outDepth; oz++)
      for (let oy = 0; oy < c.outHeight; oy++)
        for (let ox = 0; ox < c.outWidth; ox++, output++) {
          let tap = 0;
          for (let kz = 0; kz < c.filterDepth; kz++)
            for (let ky = 0; ky < c.filterHeight; ky++)
              for (let kx = 0; kx < c.filterWidth; kx++, tap++) {
                const [z, y, x] = [
                  oz * c.strideDepth + kz - front,
                  oy * c.strideHeight + ky - top,
                  ox * c.strideWidth + kx - left,
                ] as const;
                const inside = z >= 0 && z < c.inDepth && y >= 0 && y < c.inHeight && x >= 0 && x < c.inWidth;
                if (inside) visit([n, z, y, x], output, tap);
              }
        }
}

function pixelOf(c: backend_util.Conv3DInfo, [n, z, y, x]: Parameters<Visit>[0]): number {
  return ((n * c.inDepth + z) * c.inHeight + y) * c.inWidth + x;
}

/** Both gradients of Σ dy · conv3d(x, filter). */
export function convolution3dGradients(
  c: backend_util.Conv3DInfo,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', ArrayLike<number>>>,
) {
  const dx = new Float64Array(x.length);
  const dFilter = new Float64Array(filter.length);
  eachPixel(c, (input, output, tap) => {
    for (let ci = 0; ci < c.inChannels; ci++)
      for (let co = 0; co < c.outChannels; co++) {
        const i = pixelOf(c, input) * c.inChannels + ci;
        const k = (tap * c.inChannels + ci) * c.outChannels + co;
        const o = output * c.outChannels + co;
        dx[i]! += dy[o]! * filter[k]!;
        dFilter[k]! += dy[o]! * x[i]!;
      }
  });
  return { dx, dFilter };
}

/** maxPool3d(x), and the gradient of Σ dy · maxPool3d(x): of several maxima the last gets it. */
export function maxPooling3d(
  c: backend_util.Conv3DInfo,
  { x, dy }: Readonly<Record<'x' | 'dy', ArrayLike<number>>>,
) {
  const y = new Float64Array(dy.length).fill(-Infinity);
  const from = new Int32Array(dy.length).fill(-1);
  eachPixel(c, (input, output) => {
    for (let channel = 0; channel < c.inChannels; channel++) {
      const i = pixelOf(c, input) * c.inChannels + channel;
      const o = output * c.inChannels + channel;
      if (x[i]! < y[o]!) continue;
      y[o] = x[i]!;
      from[o] = i;
    }
  });
  const dx = new Float64Array(x.length);
  for (const [o, i] of from.entries()) if (i >= 0) dx[i]! += dy[o]!;
  return { y, dx };
}
