import type { GroupedConvolutionShape } from '@resnetjs/backend';
import { type ActivationCode, activationCode } from './activation.js';
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
import { clearLastChannel, firstOfGroup, nameOf, windowSum } from './window-sum.js';

interface CorrelationOptions {
  /**
   * Whether the filter is [filterHeight, filterWidth, outChannels / groups, inChannels] and read rotated by 180°: so the
   * program computes the input's gradient at stride 1.
   */
  readonly rotated?: boolean;
  readonly bias?: boolean;
  /** Default: none. */
  readonly activation?: ActivationCode;
}

/**
 * The convolution of x [batch · height, width, inChannels] with a filter [filterHeight · filterWidth, inChannels / groups,
 * outChannels]: [batch · outHeight, outWidth, outChannels]. A texel of y is two neighbouring pixels of a row, and two channels of
 * a group: for each row of the filter and each two channels of x, the texels of x under the filter are read once and serve all
 * its columns, each of which reads one texel of the filter. There is no im2col. Several groups must be `inPairs`.
 */
export function correlation(
  shape: GroupedConvolutionShape,
  { rotated = false, bias = false, activation = activationCode.linear }: CorrelationOptions,
  widths: { readonly x: number | undefined; readonly filter: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, strideHeight, strideWidth, dilationHeight, top, groups } = shape;
  const channels = inChannels / groups;
  const [rows, columns] = rotated ? [outChannels / groups, inChannels] : [channels, outChannels];
  const x: Layout = { sampler: 'x', rows: width, columns: inChannels, width: widths.x };
  const filter: Layout = { sampler: 'W', rows, columns, width: widths.filter };
  const taps = tapsOf(shape);
  const places = new Set(taps.flatMap(({ lanes }) => lanes.map(({ texel }) => texel)));
  const texels = [...places].map((texel) => texelOfX(shape, x, texel));
  const filterColumns = taps.map((tap) => columnOfFilter(shape, filter, tap, rotated));
  return {
    name: rotated ? 'InputGradient' : 'Convolution',
    inputs: bias ? ['x', 'W', 'bias'] : ['x', 'W'],
    outputShape: [batch * outHeight, outWidth, outChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int image = rc.x / ${outHeight};
      int upper = (rc.x - image * ${outHeight}) * ${strideHeight} - ${top};
      int left = rc.y * ${strideWidth};
      ${groups === 1 ? '' : `int group = rc.z / ${outChannels / groups};`}
      vec4 w, v;
      vec4 y = vec4(0.0);
      ${prepareWalk(x, 1)}
      ${prepareWalk(filter, filterStride(shape, rotated))}
      ${texels.map(({ inside }) => inside).join('\n')}
      ${windowSum({
        total: 'y',
        filterHeight,
        findRow: `
        int row = upper + ky${dilationHeight === 1 ? '' : ` * ${dilationHeight}`};
        if (row < 0 || row >= ${height}) continue;
        row += image * ${height};`,
        starts: [...texels, ...filterColumns].map(({ start }) => start),
        channels,
        terms: [...texels.map(({ load }) => load), ...filterColumns.map(({ apply }) => apply)],
      })}
      ${bias ? 'y += getBias(rc.z).xyxy;' : ''}
      y = ${activation.apply('y')};
      ${clearBeyond('y', ['rc.y', outWidth], ['rc.z', outChannels])}
      setOutput(y);
    }`,
  };
}

/** Where a column of the filter finds the values of x for two neighbouring pixels of y. */
interface Tap {
  readonly kx: number;
  /** For each of the two: the texel, relative to that of the column `left`, and which half of it. */
  readonly lanes: readonly { readonly texel: number; readonly half: 'xy' | 'zw' }[];
}

function tapsOf({ filterWidth, left, strideWidth, dilationWidth }: GroupedConvolutionShape): Tap[] {
  return Array.from({ length: filterWidth }, (_, kx) => {
    const lanes = [0, 1].map((lane) => {
      const offset = kx * dilationWidth - left + lane * strideWidth; // in columns of x, relative to an even one
      return { texel: Math.floor(offset / 2), half: offset % 2 === 0 ? 'xy' : 'zw' } as const;
    });
    return { kx, lanes };
  });
}

/** GLSL for a texel of x: whether it is inside x, where its walk starts, and its value. */
function texelOfX(shape: GroupedConvolutionShape, x: Layout, texel: number) {
  const { width, inChannels, outWidth, strideWidth, groups } = shape;
  const channels = inChannels / groups;
  const name = nameOf('x', texel);
  const column = `left + ${2 * texel}`;
  const lastColumn = 2 * Math.floor((outWidth - 1) / 2) * strideWidth;
  const neverOutside = texel >= 0 && lastColumn + 2 * texel < width;
  const value = read(x, `at${name}`);
  return {
    inside: neverOutside ? '' : `bvec4 inside${name} = bvec4(${column} >= 0 && ${column} < ${width});`,
    start: startWalk(
      x,
      `at${name}`,
      `max(0, ${texelIndex(x, 'row', column, firstOfGroup(channels, groups))})`,
    ),
    load: `
          vec4 ${name} = ${neverOutside ? value : `mix(vec4(0.0), ${value}, inside${name})`};
          ${clearBeyond(name, [column, width], ['c', channels])}
          ${advanceWalk(x, `at${name}`, 1, Math.ceil(channels / 2))}`,
  };
}

/** GLSL for a column of the filter: where its walk starts, and the addition of its products to the sum. */
function columnOfFilter(
  shape: GroupedConvolutionShape,
  filter: Layout,
  { kx, lanes }: Tap,
  rotated: boolean,
) {
  const { inChannels, outChannels, filterHeight, filterWidth, groups } = shape;
  const channels = inChannels / groups;
  const place = `atW${kx}`;
  const [first, second] = lanes.map(({ texel, half }) => `${nameOf('x', texel)}.${half}`);
  const [one, other] = rotated ? ['w.xzxz', 'w.ywyw'] : ['w.xyxy', 'w.zwzw'];
  const row = groups === 1 ? 'rc.z' : `rc.z - group * ${outChannels / groups}`;
  const turned = `${filterWidth} * (${filterHeight - 1} - ky) + ${filterWidth - 1 - kx}`;
  const index = rotated
    ? texelIndex(filter, turned, row, firstOfGroup(channels, groups))
    : texelIndex(filter, `${filterWidth} * ky + ${kx}`, '0', 'rc.z');
  return {
    start: startWalk(filter, place, index),
    apply: `
          w = ${read(filter, place)};
          ${advanceWalk(filter, place, filterStride(shape, rotated), rotated ? Math.ceil(channels / 2) : undefined)}
          ${clearLastChannel(channels, `w.${rotated ? 'yw' : 'zw'}`, 'vec2(0.0)')}
          v = vec4(${first}, ${second});
          sum += v.xxzz * ${one};
          sum += v.yyww * ${other};`,
  };
}

/** The distance, in texels of the filter, between two channels of x and the next two. */
function filterStride({ outChannels }: GroupedConvolutionShape, rotated: boolean): number {
  return rotated ? 1 : Math.ceil(outChannels / 2);
}
