import type { ConvolutionShape, GroupedConvolutionShape } from '@resnetjs/backend';

// Plain loops in float64: slow, but correct by inspection.

/** The sizes of a convolution; by default in one group, without dilation. */
type Shape = ConvolutionShape &
  Partial<Pick<GroupedConvolutionShape, 'groups' | 'dilationHeight' | 'dilationWidth'>>;

/** Calls back for every product x · filter that the definition adds to y, with the three flat indices. */
function eachProduct(c: Shape, visit: (x: number, filter: number, y: number) => void): void {
  const { groups = 1, dilationHeight = 1, dilationWidth = 1 } = c;
  const [into, out] = [c.inChannels / groups, c.outChannels / groups];
  for (let n = 0; n < c.batch; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let ky = 0; ky < c.filterHeight; ky++)
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const iy = oy * c.strideHeight + ky * dilationHeight - c.top;
            const ix = ox * c.strideWidth + kx * dilationWidth - c.left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            for (let ci = 0; ci < into; ci++)
              for (let co = 0; co < c.outChannels; co++)
                visit(
                  ((n * c.height + iy) * c.width + ix) * c.inChannels + Math.floor(co / out) * into + ci,
                  ((ky * c.filterWidth + kx) * into + ci) * c.outChannels + co,
                  ((n * c.outHeight + oy) * c.outWidth + ox) * c.outChannels + co,
                );
          }
}

/** y [batch, outHeight, outWidth, outChannels], flat; the filter is [height, width, inChannels / groups, outChannels]. */
export function convolve(c: Shape, x: ArrayLike<number>, filter: ArrayLike<number>): Float64Array {
  const y = new Float64Array(c.batch * c.outHeight * c.outWidth * c.outChannels);
  eachProduct(c, (i, k, o) => {
    y[o]! += x[i]! * filter[k]!;
  });
  return y;
}

/** Both gradients of Σ dy·convolve(c, x, filter). */
export function convolutionGradients(
  c: Shape,
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
