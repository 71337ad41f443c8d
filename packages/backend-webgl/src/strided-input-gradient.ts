import type { ConvolutionShape } from '@resnetjs/backend';
import { clearBeyond, type PackedProgram } from './program.js';
import {
  type Layout,
  prepareWalk,
  read,
  startWalk,
  stepWalk,
  texelIndex,
  walkFunctions,
} from './texel-walk.js';

/**
 * dx [batch · height, width, inChannels] of dy [batch · outHeight, outWidth, outChannels] and a filter
 * [filterHeight · filterWidth, in, out], for a horizontal stride of 2, where each column of the filter reaches one of
 * two neighbours in dx.
 */
export function stridedInputGradient(
  shape: ConvolutionShape,
  widths: { readonly dy: number | undefined; readonly filter: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, top, left } = shape;
  const dy: Layout = { sampler: 'dy', rows: outWidth, columns: outChannels, width: widths.dy };
  const filter: Layout = { sampler: 'W', rows: inChannels, columns: outChannels, width: widths.filter };
  const texelsDeep = Math.ceil(outChannels / 2);
  const taps = Array.from({ length: filterWidth }, (_, kx) => {
    const lane = Math.abs((kx - left) % 2);
    return { kx, lanes: lane === 0 ? 'xy' : 'zw', column: (lane + left - kx) / 2 };
  });
  const columns = [...new Set(taps.map(({ column }) => column))];
  const name = (column: number) => `d${column < 0 ? `m${-column}` : column}`;

  const place = (column: number) => `
      int column${name(column)} = rc.y / 2 + ${column};
      bvec2 inside${name(column)} = bvec2(column${name(column)} >= 0 && column${name(column)} < ${outWidth});
      bool even${name(column)} = (column${name(column)} & 1) == 0;`;
  const startAtColumn = (column: number) =>
    startWalk(dy, `at${name(column)}`, `max(0, ${texelIndex(dy, 'row', `column${name(column)}`, '0')})`);
  const startAtTap = ({ kx }: (typeof taps)[number]) =>
    startWalk(filter, `atW${kx}`, texelIndex(filter, `${filterWidth} * ky + ${kx}`, 'rc.z', '0'));
  const load = (column: number) => `
          v = ${read(dy, `at${name(column)}`)};
          ${stepWalk(dy, `at${name(column)}`, 1, texelsDeep)}
          vec2 ${name(column)} = mix(vec2(0.0), even${name(column)} ? v.xy : v.zw, inside${name(column)});
          ${outChannels % 2 === 0 ? '' : `if (c + 1 >= ${outChannels}) ${name(column)}.y = 0.0;`}`;
  const apply = ({ kx, lanes, column }: (typeof taps)[number]) => `
          v = ${read(filter, `atW${kx}`)};
          ${stepWalk(filter, `atW${kx}`, 1, texelsDeep)}
          ${outChannels % 2 === 0 ? '' : `if (c + 1 >= ${outChannels}) v.yw = vec2(0.0);`}
          sum.${lanes} += ${name(column)}.x * v.xz;
          sum.${lanes} += ${name(column)}.y * v.yw;`;
  return {
    name: 'StridedInputGradient',
    inputs: ['dy', 'W'],
    outputShape: [batch * height, width, inChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int picture = rc.x / ${height};
      int lower = rc.x - picture * ${height} + ${top};
      vec4 v;
      vec4 dx = vec4(0.0);
      ${prepareWalk(dy, 1)}
      ${prepareWalk(filter, 1)}
      ${columns.map(place).join('')}
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = lower - ky;
        if (row < 0 || imod(row, ${strideHeight}) != 0) continue;
        row /= ${strideHeight};
        if (row >= ${outHeight}) continue;
        row += picture * ${outHeight};
        vec4 sum = vec4(0.0);
        ${columns.map(startAtColumn).join('\n')}
        ${taps.map(startAtTap).join('\n')}
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
