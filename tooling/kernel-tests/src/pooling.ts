import type { backend_util } from '@tensorflow/tfjs-core';

// Plain loops in float64: slow, but correct by inspection.

/** maxPool(x), where padding never wins, and the gradient of Σ dy · maxPool(x). */
export function maxPooling(
  c: backend_util.Conv2DInfo,
  { x, dy }: Readonly<Record<'x' | 'dy', ArrayLike<number>>>,
): { y: Float64Array; dx: Float64Array } {
  const y = new Float64Array(dy.length).fill(Number.NEGATIVE_INFINITY);
  const dx = new Float64Array(x.length);
  let output = 0;
  for (let n = 0; n < c.batchSize; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let channel = 0; channel < c.inChannels; channel++, output++) {
          let from = -1;
          for (let ky = 0; ky < c.filterHeight; ky++)
            for (let kx = 0; kx < c.filterWidth; kx++) {
              const iy = oy * c.strideHeight + ky - c.padInfo.top;
              const ix = ox * c.strideWidth + kx - c.padInfo.left;
              if (iy < 0 || iy >= c.inHeight || ix < 0 || ix >= c.inWidth) continue;
              const i = ((n * c.inHeight + iy) * c.inWidth + ix) * c.inChannels + channel;
              if (from >= 0 && x[i]! <= x[from]!) continue;
              from = i;
            }
          if (from < 0) continue;
          y[output] = x[from]!;
          dx[from]! += dy[output]!;
        }
  return { y, dx };
}
