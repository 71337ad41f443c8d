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
import { clearLastChannel, nameOf, windowSum } from './window-sum.js';

/**
 * dx [batch · height, width, inChannels] of dy [batch · outHeight, outWidth, outChannels] and a filter
 * [filterHeight · filterWidth, inChannels, outChannels], for a horizontal stride of 2, where each column of the filter reaches
 * one of two neighbouring pixels in dx.
 */
export function stridedInputGradient(
  shape: ConvolutionShape,
  widths: { readonly dy: number | undefined; readonly filter: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, strideHeight, top } = shape;
  const dy: Layout = { sampler: 'dy', rows: outWidth, columns: outChannels, width: widths.dy };
  const filter: Layout = { sampler: 'W', rows: inChannels, columns: outChannels, width: widths.filter };
  const taps = tapsOf(shape);
  const columns = [...new Set(taps.map(({ column }) => column))].map((each) => columnOfDy(shape, dy, each));
  const filterColumns = taps.map((tap) => columnOfFilter(shape, filter, tap));
  return {
    name: 'StridedInputGradient',
    inputs: ['dy', 'W'],
    outputShape: [batch * height, width, inChannels],
    code: `
    ${walkFunctions}
    void main() {
      ivec3 rc = getOutputCoords();
      int image = rc.x / ${height};
      int lower = rc.x - image * ${height} + ${top};
      vec4 v;
      vec4 dx = vec4(0.0);
      ${prepareWalk(dy, 1)}
      ${prepareWalk(filter, 1)}
      ${columns.map(({ place }) => place).join('')}
      ${windowSum({
        total: 'dx',
        filterHeight,
        findRow: `
        int row = lower - ky;
        if (row < 0 || imod(row, ${strideHeight}) != 0) continue;
        row /= ${strideHeight};
        if (row >= ${outHeight}) continue;
        row += image * ${outHeight};`,
        starts: [...columns, ...filterColumns].map(({ start }) => start),
        channels: outChannels,
        terms: [...columns.map(({ load }) => load), ...filterColumns.map(({ apply }) => apply)],
      })}
      ${clearBeyond('dx', ['rc.y', width], ['rc.z', inChannels])}
      setOutput(dx);
    }`,
  };
}

/** Which of two neighbours in dx a column of the filter reaches, and from which column of dy, relative to theirs. */
interface Tap {
  readonly kx: number;
  readonly lanes: 'xy' | 'zw';
  readonly column: number;
}

function tapsOf({ filterWidth, left }: ConvolutionShape): Tap[] {
  return Array.from({ length: filterWidth }, (_, kx) => {
    const lane = Math.abs((kx - left) % 2);
    return { kx, lanes: lane === 0 ? 'xy' : 'zw', column: (lane + left - kx) / 2 };
  });
}

/** GLSL for a column of dy: its position, where its walk starts, and its values in two channels. */
function columnOfDy({ outWidth, outChannels }: ConvolutionShape, dy: Layout, column: number) {
  const name = nameOf('d', column);
  return {
    place: `
      int column${name} = rc.y / 2 + ${column};
      bvec2 inside${name} = bvec2(column${name} >= 0 && column${name} < ${outWidth});
      bool even${name} = (column${name} & 1) == 0;`,
    start: startWalk(dy, `at${name}`, `max(0, ${texelIndex(dy, 'row', `column${name}`, '0')})`),
    load: `
          v = ${read(dy, `at${name}`)};
          ${advanceWalk(dy, `at${name}`, 1, Math.ceil(outChannels / 2))}
          vec2 ${name} = mix(vec2(0.0), even${name} ? v.xy : v.zw, inside${name});
          ${clearLastChannel(outChannels, `${name}.y`, '0.0')}`,
  };
}

/** GLSL for a column of the filter: where its walk starts, and the addition of its products to the sum. */
function columnOfFilter(shape: ConvolutionShape, filter: Layout, { kx, lanes, column }: Tap) {
  const { filterWidth, outChannels } = shape;
  const place = `atW${kx}`;
  const dy = nameOf('d', column);
  return {
    start: startWalk(filter, place, texelIndex(filter, `${filterWidth} * ky + ${kx}`, 'rc.z', '0')),
    apply: `
          v = ${read(filter, place)};
          ${advanceWalk(filter, place, 1, Math.ceil(outChannels / 2))}
          ${clearLastChannel(outChannels, 'v.yw', 'vec2(0.0)')}
          sum.${lanes} += ${dy}.x * v.xz;
          sum.${lanes} += ${dy}.y * v.yw;`,
  };
}
