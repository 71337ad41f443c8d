/** GLSL for sums over a window, as convolutions and their gradients have them. */
interface WindowSum {
  /** The vec4 that it is added to. */
  readonly total: string;
  /** Rows of the window, over which `ky` loops. */
  readonly filterHeight: number;
  /** Sets `row` to the input's row under `ky`, or continues with the next `ky`. */
  readonly findRow: string;
  /** Starts the walks of a row. */
  readonly starts: readonly string[];
  /** Channels of the input, over which `c` loops in pairs. */
  readonly channels: number;
  /** Adds the products of two channels to the vec4 `sum`. */
  readonly terms: readonly string[];
}

/** A sum over a window, each row of which is summed separately. */
export function windowSum({ total, filterHeight, findRow, starts, channels, terms }: WindowSum): string {
  return `
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        ${findRow}
        vec4 sum = vec4(0.0);
        ${starts.join('\n')}
        for (int c = 0; c < ${channels}; c += 2) {
          ${terms.join('')}
        }
        ${total} += sum;
      }`;
}

/** GLSL that sets `place` to zero if c is the last of an odd number of channels. */
export function clearLastChannel(channels: number, place: string, zero: string): string {
  return channels % 2 === 0 ? '' : `if (c + 1 >= ${channels}) ${place} = ${zero};`;
}

/** A GLSL name with a position relative to another, which may be negative. */
export function nameOf(letter: string, places: number): string {
  return `${letter}${places < 0 ? `m${-places}` : places}`;
}

/** GLSL: the first channel of a fragment's `group`. */
export function firstOfGroup(channelsInGroup: number, groups: number): string {
  return groups === 1 ? '0' : `group * ${channelsInGroup}`;
}
