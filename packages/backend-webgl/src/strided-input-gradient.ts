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
import { clearLastChannel, firstOfGroup, nameOf, windowSum } from './window-sum.js';

/**
 * dx [batch · height, width, inChannels] of dy [batch · outHeight, outWidth, outChannels] and a filter
 * [filterHeight · filterWidth, inChannels / groups, outChannels], for a horizontal stride of 2, where each column of the filter
 * reaches one of two neighbouring pixels in dx. Several groups must be `inPairs`.
 */
export function stridedInputGradient(
  shape: GroupedConvolutionShape,
  widths: { readonly dy: number | undefined; readonly filter: number | undefined },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, strideHeight, dilationHeight, top, groups } = shape;
  const dy: Layout = { sampler: 'dy', rows: outWidth, columns: outChannels, width: widths.dy };
  const filter: Layout = {
    sampler: 'W',
    rows: inChannels / groups,
    columns: outChannels,
    width: widths.filter,
  };
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
      ${groups === 1 ? '' : `int group = rc.z / ${inChannels / groups};`}
      vec4 v;
      vec4 dx = vec4(0.0);
      ${prepareWalk(dy, 1)}
      ${prepareWalk(filter, 1)}
      ${columns.map(({ place }) => place).join('')}
      ${windowSum({
        total: 'dx',
        filterHeight,
        findRow: `
        int row = lower - ky${dilationHeight === 1 ? '' : ` * ${dilationHeight}`};
        if (row < 0 || imod(row, ${strideHeight}) != 0) continue;
        row /= ${strideHeight};
        if (row >= ${outHeight}) continue;
        row += image * ${outHeight};`,
        starts: [...columns, ...filterColumns].map(({ start }) => start),
        channels: outChannels / groups,
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

function tapsOf({ filterWidth, left, dilationWidth }: GroupedConvolutionShape): Tap[] {
  return Array.from({ length: filterWidth }, (_, kx) => {
    const lane = Math.abs((kx * dilationWidth - left) % 2);
    return { kx, lanes: lane === 0 ? 'xy' : 'zw', column: (lane + left - kx * dilationWidth) / 2 };
  });
}

/** GLSL for a column of dy: its position, where its walk starts, and its values in two channels. */
function columnOfDy({ outWidth, outChannels, groups }: GroupedConvolutionShape, dy: Layout, column: number) {
  const channels = outChannels / groups;
  const name = nameOf('d', column);
  return {
    place: `
      int column${name} = rc.y / 2 + ${column};
      bvec2 inside${name} = bvec2(column${name} >= 0 && column${name} < ${outWidth});
      bool even${name} = (column${name} & 1) == 0;`,
    start: startWalk(
      dy,
      `at${name}`,
      `max(0, ${texelIndex(dy, 'row', `column${name}`, firstOfGroup(channels, groups))})`,
    ),
    load: `
          v = ${read(dy, `at${name}`)};
          ${advanceWalk(dy, `at${name}`, 1, Math.ceil(channels / 2))}
          vec2 ${name} = mix(vec2(0.0), even${name} ? v.xy : v.zw, inside${name});
          ${clearLastChannel(channels, `${name}.y`, '0.0')}`,
  };
}

/** GLSL for a column of the filter: where its walk starts, and the addition of its products to the sum. */
function columnOfFilter(shape: GroupedConvolutionShape, filter: Layout, { kx, lanes, column }: Tap) {
  const { filterWidth, inChannels, outChannels, groups } = shape;
  const channels = outChannels / groups;
  const row = groups === 1 ? 'rc.z' : `rc.z - group * ${inChannels / groups}`;
  const place = `atW${kx}`;
  const dy = nameOf('d', column);
  return {
    start: startWalk(
      filter,
      place,
      texelIndex(filter, `${filterWidth} * ky + ${kx}`, row, firstOfGroup(channels, groups)),
    ),
    apply: `
          v = ${read(filter, place)};
          ${advanceWalk(filter, place, 1, Math.ceil(channels / 2))}
          ${clearLastChannel(channels, 'v.yw', 'vec2(0.0)')}
          sum.${lanes} += ${dy}.x * v.xz;
          sum.${lanes} += ${dy}.y * v.yw;`,
  };
}
