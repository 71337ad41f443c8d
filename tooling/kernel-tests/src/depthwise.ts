import type { backend_util } from '@tensorflow/tfjs-core';

// Plain loops in float64: slow, but correct by inspection.

/** Both gradients of Σ dy · depthwiseConv2d(x, filter): of x, and of the filter [height, width, channels, multiplier]. */
export function depthwiseGradients(
  c: backend_util.Conv2DInfo,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', ArrayLike<number>>>,
) {
  const dx = new Float64Array(x.length);
  const dFilter = new Float64Array(filter.length);
  const multiplier = c.outChannels / c.inChannels;
  for (let n = 0; n < c.batchSize; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let ky = 0; ky < c.filterHeight; ky++)
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const iy = oy * c.strideHeight + ky * c.dilationHeight - c.padInfo.top;
            const ix = ox * c.strideWidth + kx * c.dilationWidth - c.padInfo.left;
            if (iy < 0 || iy >= c.inHeight || ix < 0 || ix >= c.inWidth) continue;
            for (let co = 0; co < c.outChannels; co++) {
              const i = ((n * c.inHeight + iy) * c.inWidth + ix) * c.inChannels + Math.floor(co / multiplier);
              const k = (ky * c.filterWidth + kx) * c.outChannels + co;
              const o = ((n * c.outHeight + oy) * c.outWidth + ox) * c.outChannels + co;
              dx[i]! += dy[o]! * filter[k]!;
              dFilter[k]! += dy[o]! * x[i]!;
            }
          }
  return { dx, dFilter };
}
