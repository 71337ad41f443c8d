import type { ConvolutionShape } from '@resnetjs/backend';
import { clearBeyond, type PackedProgram, reluOf } from './program.js';
import {
  type Layout,
  prepareWalk,
  read,
  startWalk,
  stepWalk,
  texelIndex,
  walkFunctions,
} from './texel-walk.js';
import { clearLastChannel, nameOf, windowSum } from './window-sum.js';

interface CorrelationOptions {
  /** The filter is [height, width, out, in], and turned by 180°: the gradient of a convolution of stride 1. */
  readonly turned?: boolean;
  readonly bias?: boolean;
  readonly relu?: boolean;
}

/**
 * y [batch · outHeight, outWidth, outChannels] of x [batch · height, width, inChannels] and a filter
 * [filterHeight · filterWidth, in, out]; the horizontal stride is 1 or 2. A texel of y is two neighbours in a row,
 * and two channels: for each row of the filter and each two channels of x, the texels of x under the filter are
 * read once and serve all its columns, each of which reads one texel of the filter. Nothing is unrolled into memory.
 */
export function correlation(
  shape: ConvolutionShape,
  { turned = false, bias = false, relu = false }: CorrelationOptions,
  widths: { readonly x: number | undefined; readonly filter: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, strideHeight, strideWidth, top } = shape;
  const [rows, columns] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
  const x: Layout = { sampler: 'x', rows: width, columns: inChannels, width: widths.x };
  const filter: Layout = { sampler: 'W', rows, columns, width: widths.filter };
  const taps = tapsOf(shape);
  const places = new Set(taps.flatMap(({ lanes }) => lanes.map(({ texel }) => texel)));
  const texels = [...places].map((texel) => texelOfX(shape, x, texel));
  const filterColumns = taps.map((tap) => columnOfFilter(shape, filter, tap, turned));
  return {
    name: turned ? 'InputGradient' : 'Convolution',
    inputs: bias ? ['x', 'W', 'bias'] : ['x', 'W'],
    outputShape: [batch * outHeight, outWidth, outChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int image = rc.x / ${outHeight};
      int upper = (rc.x - image * ${outHeight}) * ${strideHeight} - ${top};
      int left = rc.y * ${strideWidth};
      vec4 w, v;
      vec4 y = vec4(0.0);
      ${prepareWalk(x, 1)}
      ${prepareWalk(filter, filterStep(shape, turned))}
      ${texels.map(({ inside }) => inside).join('\n')}
      ${windowSum({
        total: 'y',
        filterHeight,
        findRow: `
        int row = upper + ky;
        if (row < 0 || row >= ${height}) continue;
        row += image * ${height};`,
        starts: [...texels, ...filterColumns].map(({ start }) => start),
        channels: inChannels,
        steps: [...texels.map(({ load }) => load), ...filterColumns.map(({ apply }) => apply)],
      })}
      ${bias ? 'y += getBias(rc.z).xyxy;' : ''}
      ${relu ? `y = ${reluOf('y')};` : ''}
      ${clearBeyond('y', ['rc.y', outWidth], ['rc.z', outChannels])}
      setOutput(y);
    }`,
  };
}

/** Where a column of the filter finds the values of x for two neighbours of y. */
interface Tap {
  readonly kx: number;
  /** The texel, counted from that of the column `left`, and the half of it. */
  readonly lanes: readonly { readonly texel: number; readonly half: 'xy' | 'zw' }[];
}

function tapsOf({ filterWidth, left, strideWidth }: ConvolutionShape): Tap[] {
  return Array.from({ length: filterWidth }, (_, kx) => {
    const lanes = [0, 1].map((lane) => {
      const offset = kx - left + lane * strideWidth; // in columns of x, from an even one
      return { texel: Math.floor(offset / 2), half: offset % 2 === 0 ? 'xy' : 'zw' } as const;
    });
    return { kx, lanes };
  });
}

/** GLSL for a texel of x: whether it lies on the map, where its walk starts, and what it holds. */
function texelOfX(shape: ConvolutionShape, x: Layout, texel: number) {
  const { width, inChannels, outWidth, strideWidth } = shape;
  const name = nameOf('x', texel);
  const column = `left + ${2 * texel}`;
  const lastColumn = 2 * Math.floor((outWidth - 1) / 2) * strideWidth;
  const neverOutside = texel >= 0 && lastColumn + 2 * texel < width;
  const value = read(x, `at${name}`);
  return {
    inside: neverOutside ? '' : `bvec4 inside${name} = bvec4(${column} >= 0 && ${column} < ${width});`,
    start: startWalk(x, `at${name}`, `max(0, ${texelIndex(x, 'row', column, '0')})`),
    load: `
          vec4 ${name} = ${neverOutside ? value : `mix(vec4(0.0), ${value}, inside${name})`};
          ${clearBeyond(name, [column, width], ['c', inChannels])}
          ${stepWalk(x, `at${name}`, 1, Math.ceil(inChannels / 2))}`,
  };
}

/** GLSL for a column of the filter: where its walk starts, and what its texel adds to the sum. */
function columnOfFilter(shape: ConvolutionShape, filter: Layout, { kx, lanes }: Tap, turned: boolean) {
  const { inChannels, filterHeight, filterWidth } = shape;
  const place = `atW${kx}`;
  const [first, second] = lanes.map(({ texel, half }) => `${nameOf('x', texel)}.${half}`);
  const [one, other] = turned ? ['w.xzxz', 'w.ywyw'] : ['w.xyxy', 'w.zwzw'];
  const index = turned
    ? texelIndex(filter, `${filterWidth} * (${filterHeight - 1} - ky) + ${filterWidth - 1 - kx}`, 'rc.z', '0')
    : texelIndex(filter, `${filterWidth} * ky + ${kx}`, '0', 'rc.z');
  return {
    start: startWalk(filter, place, index),
    apply: `
          w = ${read(filter, place)};
          ${stepWalk(filter, place, filterStep(shape, turned), turned ? Math.ceil(inChannels / 2) : undefined)}
          ${clearLastChannel(inChannels, `w.${turned ? 'yw' : 'zw'}`, 'vec2(0.0)')}
          v = vec4(${first}, ${second});
          sum += v.xxzz * ${one};
          sum += v.yyww * ${other};`,
  };
}

/** Texels from two channels of x to the next two. */
function filterStep({ outChannels }: ConvolutionShape, turned: boolean): number {
  return turned ? 1 : Math.ceil(outChannels / 2);
}
