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

export interface CorrelationOptions {
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
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const x: Layout = { sampler: 'x', rows: width, columns: inChannels, width: widths.x };
  const filter: Layout = turned
    ? { sampler: 'W', rows: outChannels, columns: inChannels, width: widths.filter }
    : { sampler: 'W', rows: inChannels, columns: outChannels, width: widths.filter };
  const texelsDeep = Math.ceil(inChannels / 2);
  const filterStep = turned ? 1 : Math.ceil(outChannels / 2);
  const taps = Array.from({ length: filterWidth }, (_, kx) => {
    const lanes = [0, 1].map((lane) => {
      const offset = kx - left + lane * strideWidth; // in columns of x, from an even one
      return { texel: Math.floor(offset / 2), half: offset % 2 === 0 ? 'xy' : 'zw' };
    });
    return { kx, lanes };
  });
  const texels = [...new Set(taps.flatMap(({ lanes }) => lanes.map(({ texel }) => texel)))];
  const name = (texel: number) => `x${texel < 0 ? `m${-texel}` : texel}`;
  const lastColumn = 2 * Math.floor((outWidth - 1) / 2) * strideWidth;
  const neverOutside = (texel: number) => texel >= 0 && lastColumn + 2 * texel < width;

  const isInside = (texel: number) =>
    neverOutside(texel)
      ? ''
      : `bvec4 inside${name(texel)} = bvec4(left + ${2 * texel} >= 0 && left + ${2 * texel} < ${width});`;
  const startAtColumn = (texel: number) =>
    startWalk(x, `at${name(texel)}`, `max(0, ${texelIndex(x, 'row', `left + ${2 * texel}`, '0')})`);
  const startAtTap = ({ kx }: (typeof taps)[number]) => {
    const tap = turned
      ? `${filterWidth} * (${filterHeight - 1} - ky) + ${filterWidth - 1 - kx}`
      : `${filterWidth} * ky + ${kx}`;
    const index = turned ? texelIndex(filter, tap, 'rc.z', '0') : texelIndex(filter, tap, '0', 'rc.z');
    return startWalk(filter, `atW${kx}`, index);
  };
  const load = (texel: number) => {
    const texelOfX = read(x, `at${name(texel)}`);
    return `
          vec4 ${name(texel)} = ${neverOutside(texel) ? texelOfX : `mix(vec4(0.0), ${texelOfX}, inside${name(texel)})`};
          ${clearBeyond(name(texel), [`left + ${2 * texel}`, width], ['c', inChannels])}
          ${stepWalk(x, `at${name(texel)}`, 1, texelsDeep)}`;
  };
  const apply = ({ kx, lanes }: (typeof taps)[number]) => {
    const [first, second] = lanes.map(({ texel, half }) => `${name(texel)}.${half}`);
    const [one, other] = turned ? ['w.xzxz', 'w.ywyw'] : ['w.xyxy', 'w.zwzw'];
    return `
          w = ${read(filter, `atW${kx}`)};
          ${stepWalk(filter, `atW${kx}`, filterStep, turned ? texelsDeep : undefined)}
          ${inChannels % 2 === 0 ? '' : `if (c + 1 >= ${inChannels}) w.${turned ? 'yw' : 'zw'} = vec2(0.0);`}
          v = vec4(${first}, ${second});
          sum += v.xxzz * ${one};
          sum += v.yyww * ${other};`;
  };
  return {
    name: turned ? 'InputGradient' : 'Convolution',
    inputs: bias ? ['x', 'W', 'bias'] : ['x', 'W'],
    outputShape: [batch * outHeight, outWidth, outChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int picture = rc.x / ${outHeight};
      int upper = (rc.x - picture * ${outHeight}) * ${strideHeight} - ${top};
      int left = rc.y * ${strideWidth};
      vec4 w, v;
      vec4 y = vec4(0.0);
      ${prepareWalk(x, 1)}
      ${prepareWalk(filter, filterStep)}
      ${texels.map(isInside).join('\n')}
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = upper + ky;
        if (row < 0 || row >= ${height}) continue;
        row += picture * ${height};
        vec4 sum = vec4(0.0);
        ${texels.map(startAtColumn).join('\n')}
        ${taps.map(startAtTap).join('\n')}
        for (int c = 0; c < ${inChannels}; c += 2) {
          ${texels.map(load).join('')}
          ${taps.map(apply).join('')}
        }
        y += sum;
      }
      ${bias ? 'y += getBias(rc.z).xyxy;' : ''}
      ${relu ? `y = ${reluOf('y')};` : ''}
      ${clearBeyond('y', ['rc.y', outWidth], ['rc.z', outChannels])}
      setOutput(y);
    }`,
  };
}
