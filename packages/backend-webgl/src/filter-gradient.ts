import type { ConvolutionShape } from './convolution-shape.js';
import { clearBeyond, type PackedProgram } from './program.js';

/** Fragments that keep a GPU busy; a small filter alone has too few, so that its sums are cut into parts. */
const enoughFragments = 32_768;

/** Into how many parts the rows of all pictures are cut. */
export function partsOf(shape: ConvolutionShape): number {
  const { filterHeight, filterWidth, inChannels, outChannels, batch, outHeight } = shape;
  const fragments = filterHeight * filterWidth * Math.ceil(inChannels / 2) * Math.ceil(outChannels / 2);
  return Math.max(1, Math.min(batch * outHeight, Math.floor(enoughFragments / fragments)));
}

/**
 * [parts · filterHeight · filterWidth, inChannels, outChannels]: for each part of the rows of all pictures, and each
 * tap of the filter, the product of x [batch · height, width, inChannels] under the tap, transposed, with
 * dy [batch · outHeight, outWidth, outChannels]. A step takes two neighbours in a row of dy, and each row is summed by
 * itself.
 */
export function partialFilterGradient(shape: ConvolutionShape, parts: number): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const rows = batch * outHeight;
  const rowsInPart = Math.ceil(rows / parts);
  return {
    inputs: ['x', 'dy'],
    outputShape: [parts * filterHeight * filterWidth, inChannels, outChannels],
    code: `
    vec4 texelOfX(int row, int column, int c) {
      if (column < 0 || column >= ${width}) return vec4(0.0);
      vec4 x = getX(row, column, c);
      ${clearBeyond('x', ['column / 2 * 2', width], ['c', inChannels])}
      return x;
    }

    void main() {
      ivec3 rc = getOutputCoords();
      int part = rc.x / ${filterHeight * filterWidth};
      int tap = rc.x - part * ${filterHeight * filterWidth};
      int ky = tap / ${filterWidth};
      int shift = tap - ky * ${filterWidth} - ${left};
      bool even = (shift & 1) == 0;
      int last = min((part + 1) * ${rowsInPart}, ${rows});
      vec4 total = vec4(0.0);
      for (int row = part * ${rowsInPart}; row < last; row++) {
        int picture = row / ${outHeight};
        int xRow = (row - picture * ${outHeight}) * ${strideHeight} + ky - ${top};
        if (xRow < 0 || xRow >= ${height}) continue;
        xRow += picture * ${height};
        vec4 sum = vec4(0.0);
        ${strideWidth === 1 ? neighbours(shape) : apart(shape)}
        total += sum;
      }
      ${clearBeyond('total', ['rc.y', inChannels], ['rc.z', outChannels])}
      setOutput(total);
    }`,
  };
}

/** At stride 1, each texel of x is read once: with an odd shift, half of it is kept for the next step. */
function neighbours({ outWidth }: ConvolutionShape): string {
  return `
        vec4 before = even ? vec4(0.0) : texelOfX(xRow, shift - 1, rc.y);
        for (int column = 0; column < ${outWidth}; column += 2) {
          vec4 x = texelOfX(xRow, column + shift + (even ? 0 : 1), rc.y);
          vec4 pair = even ? x : vec4(before.zw, x.xy);
          before = x;
          ${accumulate(outWidth)}
        }`;
}

/** At other strides the two neighbours of dy look at two texels of x. */
function apart({ outWidth, strideWidth }: ConvolutionShape): string {
  return `
        for (int column = 0; column < ${outWidth}; column += 2) {
          int at = column * ${strideWidth} + shift;
          vec4 x = texelOfX(xRow, at, rc.y);
          vec2 one = (at & 1) == 0 ? x.xy : x.zw;
          at += ${strideWidth};
          x = texelOfX(xRow, at, rc.y);
          vec4 pair = vec4(one, (at & 1) == 0 ? x.xy : x.zw);
          ${accumulate(outWidth)}
        }`;
}

function accumulate(outWidth: number): string {
  const beyond =
    outWidth % 2 === 0 ? '' : `if (column + 1 >= ${outWidth}) { dy.zw = vec2(0.0); pair.zw = vec2(0.0); }`;
  return `
          vec4 dy = getDy(row, column, rc.z);
          ${beyond}
          sum += pair.xxyy * dy.xyxy;
          sum += pair.zzww * dy.zwzw;`;
}

/** The sum of the parts: [filterHeight, filterWidth, inChannels, outChannels]. */
export function filterGradientTotal(shape: ConvolutionShape, parts: number): PackedProgram {
  const { filterHeight, filterWidth, inChannels, outChannels } = shape;
  const taps = filterHeight * filterWidth;
  return {
    inputs: ['parts'],
    outputShape: [taps, inChannels, outChannels],
    code: `
    void main() {
      ivec3 rc = getOutputCoords();
      vec4 total = vec4(0.0);
      for (int part = 0; part < ${parts}; part++) total += getParts(part * ${taps} + rc.x, rc.y, rc.z);
      setOutput(total);
    }`,
  };
}
