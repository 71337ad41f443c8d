import type { ConvolutionShape } from './convolution-shape.js';
import { clearBeyond, type PackedProgram, reluOf } from './program.js';

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
  { turned = false, bias = false, relu = false }: CorrelationOptions = {},
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const taps = Array.from({ length: filterWidth }, (_, kx) => {
    const lanes = [0, 1].map((lane) => {
      const offset = kx - left + lane * strideWidth; // in columns of x, from an even one
      return { texel: Math.floor(offset / 2), half: Math.abs(offset % 2) === 0 ? 'xy' : 'zw' };
    });
    return { kx, lanes };
  });
  const texels = [...new Set(taps.flatMap(({ lanes }) => lanes.map(({ texel }) => texel)))];
  const name = (texel: number) => `x${texel < 0 ? `m${-texel}` : texel}`;

  const load = (texel: number) => `
          vec4 ${name(texel)} = vec4(0.0);
          column = left + ${2 * texel};
          if (column >= 0 && column < ${width}) {
            ${name(texel)} = getX(row, column, c);
            ${clearBeyond(name(texel), ['column', width], ['c', inChannels])}
          }`;
  const apply = ({ kx, lanes }: (typeof taps)[number]) => {
    const [first, second] = lanes.map(({ texel, half }) => `${name(texel)}.${half}`);
    const place = turned
      ? `${filterWidth} * (${filterHeight - 1} - ky) + ${filterWidth - 1 - kx}, rc.z, c`
      : `${filterWidth} * ky + ${kx}, c, rc.z`;
    const [one, other] = turned ? ['w.xzxz', 'w.ywyw'] : ['w.xyxy', 'w.zwzw'];
    return `
          w = getW(${place});
          ${inChannels % 2 === 0 ? '' : `if (c + 1 >= ${inChannels}) w.${turned ? 'yw' : 'zw'} = vec2(0.0);`}
          v = vec4(${first}, ${second});
          sum += v.xxzz * ${one};
          sum += v.yyww * ${other};`;
  };
  return {
    inputs: bias ? ['x', 'W', 'bias'] : ['x', 'W'],
    outputShape: [batch * outHeight, outWidth, outChannels],
    code: `
    void main() {
      ivec3 rc = getOutputCoords();
      int picture = rc.x / ${outHeight};
      int upper = (rc.x - picture * ${outHeight}) * ${strideHeight} - ${top};
      int left = rc.y * ${strideWidth};
      int column;
      vec4 w, v;
      vec4 y = vec4(0.0);
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = upper + ky;
        if (row < 0 || row >= ${height}) continue;
        row += picture * ${height};
        vec4 sum = vec4(0.0);
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

/**
 * dx [batch · height, width, inChannels] of dy [batch · outHeight, outWidth, outChannels] and a filter
 * [filterHeight · filterWidth, in, out], for a horizontal stride of 2, where each column of the filter reaches one of
 * two neighbours in dx.
 */
export function stridedInputGradient(shape: ConvolutionShape): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, top, left } = shape;
  const taps = Array.from({ length: filterWidth }, (_, kx) => {
    const lane = (((kx - left) % 2) + 2) % 2;
    return { kx, lanes: lane === 0 ? 'xy' : 'zw', column: (lane + left - kx) / 2 };
  });
  const columns = [...new Set(taps.map(({ column }) => column))];
  const name = (column: number) => `d${column < 0 ? `m${-column}` : column}`;
  const load = (column: number) => `
          vec2 ${name(column)} = vec2(0.0);
          at = rc.y / 2 + ${column};
          if (at >= 0 && at < ${outWidth}) {
            v = getDy(row, at, c);
            ${name(column)} = (at & 1) == 0 ? v.xy : v.zw;
            ${outChannels % 2 === 0 ? '' : `if (c + 1 >= ${outChannels}) ${name(column)}.y = 0.0;`}
          }`;
  const apply = ({ kx, lanes, column }: (typeof taps)[number]) => `
          v = getW(${filterWidth} * ky + ${kx}, rc.z, c);
          ${outChannels % 2 === 0 ? '' : `if (c + 1 >= ${outChannels}) v.yw = vec2(0.0);`}
          sum.${lanes} += ${name(column)}.x * v.xz;
          sum.${lanes} += ${name(column)}.y * v.yw;`;
  return {
    inputs: ['dy', 'W'],
    outputShape: [batch * height, width, inChannels],
    code: `
    void main() {
      ivec3 rc = getOutputCoords();
      int picture = rc.x / ${height};
      int lower = rc.x - picture * ${height} + ${top};
      int at;
      vec4 v;
      vec4 dx = vec4(0.0);
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = lower - ky;
        if (row < 0 || imod(row, ${strideHeight}) != 0) continue;
        row /= ${strideHeight};
        if (row >= ${outHeight}) continue;
        row += picture * ${outHeight};
        vec4 sum = vec4(0.0);
        for (int c = 0; c < ${outChannels}; c += 2) {
          ${columns.map(load).join('')}
          ${taps.map(apply).join('')}
        }
        dx += sum;
      }
      ${clearBeyond('dx', ['rc.y', width], ['rc.z', inChannels])}
      setOutput(dx);
    }`,
  };
}
