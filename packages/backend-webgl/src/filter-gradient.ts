import type { ConvolutionShape } from '@resnetjs/backend';
import { clearBeyond, type PackedProgram } from './program.js';
import {
  type Layout,
  prepareWalk,
  read,
  startWalk,
  advanceWalk,
  texelIndex,
  walkFunctions,
} from './texel-walk.js';

/** A number of fragments that keeps a GPU busy; a small filter alone has fewer, so its sums are split into parts. */
const enoughFragments = 32_768;

/** The number of parts that the rows of all images are split into. */
export function partsOf(shape: ConvolutionShape): number {
  const { filterHeight, filterWidth, inChannels, outChannels, batch, outHeight } = shape;
  const fragments = filterHeight * filterWidth * Math.ceil(inChannels / 2) * Math.ceil(outChannels / 2);
  return Math.max(1, Math.min(batch * outHeight, Math.floor(enoughFragments / fragments)));
}

/**
 * [parts · filterHeight · filterWidth, inChannels, outChannels]: for each part of the rows of all images, and each
 * tap of the filter, the product of x [batch · height, width, inChannels] under the tap, transposed, with
 * dy [batch · outHeight, outWidth, outChannels]. An iteration takes two neighbouring pixels in a row of dy; each row is summed
 * separately.
 */
export function partialFilterGradient(
  shape: ConvolutionShape,
  parts: number,
  widths: { readonly x: number | undefined; readonly dy: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const x: Layout = { sampler: 'x', rows: width, columns: inChannels, width: widths.x };
  const dy: Layout = { sampler: 'dy', rows: outWidth, columns: outChannels, width: widths.dy };
  const rows = batch * outHeight;
  const rowsInPart = Math.ceil(rows / parts);
  return {
    name: 'FilterGradient',
    inputs: ['x', 'dy'],
    outputShape: [parts * filterHeight * filterWidth, inChannels, outChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int part = rc.x / ${filterHeight * filterWidth};
      int tap = rc.x - part * ${filterHeight * filterWidth};
      int ky = tap / ${filterWidth};
      int shift = tap - ky * ${filterWidth} - ${left};
      int last = min((part + 1) * ${rowsInPart}, ${rows});
      vec4 total = vec4(0.0);
      ${prepareWalk(x, strideInTexels(shape))}
      ${prepareWalk(dy, Math.ceil(outChannels / 2))}
      bool even = (shift & 1) == 0;
      // The first column under the tap, where the walk begins; it may be left of x.
      int begin = shift${strideWidth === 1 ? ' + (even ? 0 : 1)' : ''};
      for (int row = part * ${rowsInPart}; row < last; row++) {
        int image = row / ${outHeight};
        int xRow = (row - image * ${outHeight}) * ${strideHeight} + ky - ${top};
        if (xRow < 0 || xRow >= ${height}) continue;
        xRow += image * ${height};
        vec4 sum = vec4(0.0);
        ${strideWidth === 1 ? neighbours(shape, x, dy) : apart(shape, x, dy)}
        total += sum;
      }
      ${clearBeyond('total', ['rc.y', inChannels], ['rc.z', outChannels])}
      setOutput(total);
    }`,
  };
}

/** The distance between the texel under two neighbours of dy and that under the next two. */
function strideInTexels({ inChannels, strideWidth }: ConvolutionShape): number {
  return strideWidth * Math.ceil(inChannels / 2);
}

/** At stride 1, each texel of x is read once: with an odd shift, half of it is kept for the next iteration. */
function neighbours(shape: ConvolutionShape, x: Layout, dy: Layout): string {
  const { width, inChannels, outWidth, filterWidth, left } = shape;
  const aligned = `
          int first = max(0, -begin);
          int end = min(${outWidth}, ${width} - begin);
          ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin + first', 'rc.y'))}
          ${startWalk(dy, 'atDy', texelIndex(dy, 'row', 'first', 'rc.z'))}
          for (int column = first; column < end; column += 2) {
            vec4 pair = ${read(x, 'atX')};
            ${clearBeyond('pair', ['begin + column', width], ['rc.y', inChannels])}
            ${advanceWalk(x, 'atX', strideInTexels(shape))}
            ${accumulate(shape, dy)}
          }`;
  const across = `
          int first = max(0, -begin);
          int end = min(${outWidth}, ${width + 1} - begin);
          ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin + first', 'rc.y'))}
          ${startWalk(dy, 'atDy', texelIndex(dy, 'row', 'first', 'rc.z'))}
          vec4 before = vec4(0.0);
          if (begin + first >= 2) {
            before = texture(x, texelAt(${texelIndex(x, 'xRow', 'begin + first - 2', 'rc.y')}, xSize) * xScale);
            ${clearBeyond('before', ['begin + first - 2', width], ['rc.y', inChannels])}
          }
          for (int column = first; column < end; column += 2) {
            ${texelOfX(shape, x, 'atX', 'begin + column')}
            vec4 pair = vec4(before.zw, texel.xy);
            before = texel;
            ${accumulate(shape, dy)}
          }`;
  if (filterWidth === 1) return left % 2 === 0 ? aligned : across;
  return `
        if (even) {
          ${aligned}
        } else {
          ${across}
        }`;
}

/** At other strides, two neighbours of dy read two texels of x. */
function apart(shape: ConvolutionShape, x: Layout, dy: Layout): string {
  const { outWidth, strideWidth } = shape;
  return `
        bool otherEven = ((begin + ${strideWidth}) & 1) == 0;
        ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin', 'rc.y'))}
        ${startWalk(dy, 'atDy', texelIndex(dy, 'row', '0', 'rc.z'))}
        ${startWalk(x, 'atOther', texelIndex(x, 'xRow', `begin + ${strideWidth}`, 'rc.y'))}
        for (int column = 0; column < ${outWidth}; column += 2) {
          int at = begin + ${strideWidth} * column;
          vec4 pair;
          { ${texelOfX(shape, x, 'atX', 'at')} pair.xy = even ? texel.xy : texel.zw; }
          at += ${strideWidth};
          { ${texelOfX(shape, x, 'atOther', 'at')} pair.zw = otherEven ? texel.xy : texel.zw; }
          ${accumulate(shape, dy)}
        }`;
}

/** The texel of x at a walk's position, 0 outside x; the walk then advances. */
function texelOfX(shape: ConvolutionShape, x: Layout, walk: string, column: string): string {
  const { width, inChannels } = shape;
  return `
          vec4 texel = mix(vec4(0.0), ${read(x, walk)}, bvec4(${column} < ${width} && ${column} >= 0));
          ${clearBeyond('texel', [`(${column} >> 1) * 2`, width], ['rc.y', inChannels])}
          ${advanceWalk(x, walk, strideInTexels(shape))}`;
}

function accumulate({ outWidth, outChannels }: ConvolutionShape, dy: Layout): string {
  const clear =
    outWidth % 2 === 0 ? '' : `if (column + 1 >= ${outWidth}) { g.zw = vec2(0.0); pair.zw = vec2(0.0); }`;
  return `
          vec4 g = ${read(dy, 'atDy')};
          ${advanceWalk(dy, 'atDy', Math.ceil(outChannels / 2))}
          ${clear}
          sum += pair.xxyy * g.xyxy;
          sum += pair.zzww * g.zwzw;`;
}

/** The sum of the parts: [filterHeight · filterWidth, inChannels, outChannels]. */
export function filterGradientTotal(shape: ConvolutionShape, parts: number): PackedProgram {
  const { filterHeight, filterWidth, inChannels, outChannels } = shape;
  const taps = filterHeight * filterWidth;
  return {
    name: 'FilterGradientTotal',
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
