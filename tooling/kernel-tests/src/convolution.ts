import type { ConvolutionShape } from '@resnetjs/backend';

// Plain loops in float64: slow, but correct by inspection.

/** Calls back for every product x · filter that the definition adds to y, with the three flat indices. */
function eachProduct(c: ConvolutionShape, visit: (x: number, filter: number, y: number) => void): void {
  for (let n = 0; n < c.batch; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let ky = 0; ky < c.filterHeight; ky++)
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const iy = oy * c.strideHeight + ky - c.top;
            const ix = ox * c.strideWidth + kx - c.left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            for (let ci = 0; ci < c.inChannels; ci++)
              for (let co = 0; co < c.outChannels; co++)
                visit(
                  ((n * c.height + iy) * c.width + ix) * c.inChannels + ci,
                  ((ky * c.filterWidth + kx) * c.inChannels + ci) * c.outChannels + co,
                  ((n * c.outHeight + oy) * c.outWidth + ox) * c.outChannels + co,
                );
          }
}

/** y [batch, outHeight, outWidth, outChannels], flat. */
export function convolve(c: ConvolutionShape, x: ArrayLike<number>, filter: ArrayLike<number>): Float64Array {
  const y = new Float64Array(c.batch * c.outHeight * c.outWidth * c.outChannels);
  eachProduct(c, (i, k, o) => {
    y[o]! += x[i]! * filter[k]!;
  });
  return y;
}

/** Both gradients of Σ dy·convolve(c, x, filter). */
export function convolutionGradients(
  c: ConvolutionShape,
  { x, filter, dy }: Readonly<Record<'x' | 'filter' | 'dy', ArrayLike<number>>>,
) {
  const dx = new Float64Array(x.length);
  const dFilter = new Float64Array(filter.length);
  eachProduct(c, (i, k, o) => {
    dx[i]! += dy[o]! * filter[k]!;
    dFilter[k]! += dy[o]! * x[i]!;
  });
  return { dx, dFilter };
}
