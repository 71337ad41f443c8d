/** GLSL for sums over a window, as convolutions and their gradients have them. */
interface WindowSum {
  /** The vec4 that grows by it. */
  readonly total: string;
  /** Rows of the window, of which `ky` is one. */
  readonly filterHeight: number;
  /** Sets `row` to the map's row under `ky`, or goes on to the next. */
  readonly findRow: string;
  /** Where walks start in a row. */
  readonly starts: readonly string[];
  /** Of the map; `c` is the first of two. */
  readonly channels: number;
  /** What two channels add to the vec4 `sum`. */
  readonly steps: readonly string[];
}

/** Each row of the window is summed by itself. */
export function windowSum({ total, filterHeight, findRow, starts, channels, steps }: WindowSum): string {
  return `
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        ${findRow}
        vec4 sum = vec4(0.0);
        ${starts.join('\n')}
        for (int c = 0; c < ${channels}; c += 2) {
          ${steps.join('')}
        }
        ${total} += sum;
      }`;
}

/** Sets what `place` names to 0 where c is the last of an odd number of channels. */
export function clearLastChannel(channels: number, place: string, zero: string): string {
  return channels % 2 === 0 ? '' : `if (c + 1 >= ${channels}) ${place} = ${zero};`;
}

/** A name for what lies so many places on, or back. */
export function nameOf(letter: string, places: number): string {
  return `${letter}${places < 0 ? `m${-places}` : places}`;
}
