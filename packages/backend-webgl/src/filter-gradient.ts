import type { GroupedConvolutionShape } from '@resnetjs/backend';
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
export function partsOf(shape: GroupedConvolutionShape): number {
  const { filterHeight, filterWidth, inChannels, outChannels, groups, batch, outHeight } = shape;
  const fragments =
    filterHeight * filterWidth * Math.ceil(inChannels / groups / 2) * Math.ceil(outChannels / 2);
  return Math.max(1, Math.min(batch * outHeight, Math.floor(enoughFragments / fragments)));
}

/**
 * [parts · filterHeight · filterWidth, inChannels / groups, outChannels]: for each part of the rows of all images, each
 * tap of the filter, and each group, the product of x [batch · height, width, inChannels] under the tap, transposed, with
 * dy [batch · outHeight, outWidth, outChannels]. An iteration takes two neighbouring pixels in a row of dy; each row is summed
 * separately. Several groups must be `inPairs`.
 */
export function partialFilterGradient(
  shape: GroupedConvolutionShape,
  parts: number,
  widths: { readonly x: number | undefined; readonly dy: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const { dilationHeight, dilationWidth, groups } = shape;
  const x: Layout = { sampler: 'x', rows: width, columns: inChannels, width: widths.x };
  const dy: Layout = { sampler: 'dy', rows: outWidth, columns: outChannels, width: widths.dy };
  const rows = batch * outHeight;
  const rowsInPart = Math.ceil(rows / parts);
  return {
    name: 'FilterGradient',
    inputs: ['x', 'dy'],
    outputShape: [parts * filterHeight * filterWidth, inChannels / groups, outChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int part = rc.x / ${filterHeight * filterWidth};
      int tap = rc.x - part * ${filterHeight * filterWidth};
      int ky = tap / ${filterWidth};
      int shift = (tap - ky * ${filterWidth}) * ${dilationWidth} - ${left};
      int channel = ${groups === 1 ? 'rc.y' : `rc.y + rc.z / ${outChannels / groups} * ${inChannels / groups}`};
      int last = min((part + 1) * ${rowsInPart}, ${rows});
      vec4 total = vec4(0.0);
      ${prepareWalk(x, strideInTexels(shape))}
      ${prepareWalk(dy, Math.ceil(outChannels / 2))}
      bool even = (shift & 1) == 0;
      // The first column under the tap, where the walk begins; it may be left of x.
      int begin = shift${strideWidth === 1 ? ' + (even ? 0 : 1)' : ''};
      for (int row = part * ${rowsInPart}; row < last; row++) {
        int image = row / ${outHeight};
        int xRow = (row - image * ${outHeight}) * ${strideHeight} + ky * ${dilationHeight} - ${top};
        if (xRow < 0 || xRow >= ${height}) continue;
        xRow += image * ${height};
        vec4 sum = vec4(0.0);
        ${strideWidth === 1 ? neighbours(shape, x, dy) : apart(shape, x, dy)}
        total += sum;
      }
      ${clearBeyond('total', ['rc.y', inChannels / groups], ['rc.z', outChannels])}
      setOutput(total);
    }`,
  };
}

/** The distance between the texel under two neighbours of dy and that under the next two. */
function strideInTexels({ inChannels, strideWidth }: GroupedConvolutionShape): number {
  return strideWidth * Math.ceil(inChannels / 2);
}

/** At stride 1, each texel of x is read once: with an odd shift, half of it is kept for the next iteration. */
function neighbours(shape: GroupedConvolutionShape, x: Layout, dy: Layout): string {
  const { width, inChannels, outWidth, filterWidth, left } = shape;
  const aligned = `
          int first = max(0, -begin);
          int end = min(${outWidth}, ${width} - begin);
          ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin + first', 'channel'))}
          ${startWalk(dy, 'atDy', texelIndex(dy, 'row', 'first', 'rc.z'))}
          for (int column = first; column < end; column += 2) {
            vec4 pair = ${read(x, 'atX')};
            ${clearBeyond('pair', ['begin + column', width], ['channel', inChannels])}
            ${advanceWalk(x, 'atX', strideInTexels(shape))}
            ${accumulate(shape, dy)}
          }`;
  const across = `
          int first = max(0, -begin);
          int end = min(${outWidth}, ${width + 1} - begin);
          ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin + first', 'channel'))}
          ${startWalk(dy, 'atDy', texelIndex(dy, 'row', 'first', 'rc.z'))}
          vec4 before = vec4(0.0);
          if (begin + first >= 2) {
            before = texture(x, texelAt(${texelIndex(x, 'xRow', 'begin + first - 2', 'channel')}, xSize) * xScale);
            ${clearBeyond('before', ['begin + first - 2', width], ['channel', inChannels])}
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
function apart(shape: GroupedConvolutionShape, x: Layout, dy: Layout): string {
  const { outWidth, strideWidth } = shape;
  return `
        bool otherEven = ((begin + ${strideWidth}) & 1) == 0;
        ${startWalk(x, 'atX', texelIndex(x, 'xRow', 'begin', 'channel'))}
        ${startWalk(dy, 'atDy', texelIndex(dy, 'row', '0', 'rc.z'))}
        ${startWalk(x, 'atOther', texelIndex(x, 'xRow', `begin + ${strideWidth}`, 'channel'))}
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
function texelOfX(shape: GroupedConvolutionShape, x: Layout, walk: string, column: string): string {
  const { width, inChannels } = shape;
  return `
          vec4 texel = mix(vec4(0.0), ${read(x, walk)}, bvec4(${column} < ${width} && ${column} >= 0));
          ${clearBeyond('texel', [`(${column} >> 1) * 2`, width], ['channel', inChannels])}
          ${advanceWalk(x, walk, strideInTexels(shape))}`;
}

function accumulate({ outWidth, outChannels }: GroupedConvolutionShape, dy: Layout): string {
  const clear =
    outWidth % 2 === 0 ? '' : `if (column + 1 >= ${outWidth}) { g.zw = vec2(0.0); pair.zw = vec2(0.0); }`;
  return `
          vec4 g = ${read(dy, 'atDy')};
          ${advanceWalk(dy, 'atDy', Math.ceil(outChannels / 2))}
          ${clear}
          sum += pair.xxyy * g.xyxy;
          sum += pair.zzww * g.zwzw;`;
}

/** The sum of the parts: [filterHeight · filterWidth, inChannels / groups, outChannels]. */
export function filterGradientTotal(shape: GroupedConvolutionShape, parts: number): PackedProgram {
  const { filterHeight, filterWidth, inChannels, outChannels, groups } = shape;
  const taps = filterHeight * filterWidth;
  return {
    name: 'FilterGradientTotal',
    inputs: ['parts'],
    outputShape: [taps, inChannels / groups, outChannels],
    code: `
    void main() {
      ivec3 rc = getOutputCoords();
      vec4 total = vec4(0.0);
      for (int part = 0; part < ${parts}; part++) total += getParts(part * ${taps} + rc.x, rc.y, rc.z);
      setOutput(total);
    }`,
  };
}
