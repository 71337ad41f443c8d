// Panels for the product. A panel holds `width` lines of a matrix, interleaved: for each position
// along the depth, `width` floats. An entry is at base + lines[line] + depths[depth], in bytes.

// @ts-ignore: decorator
@inline
function offsetAt(table: usize, index: i32): i32 {
  return load<i32>(table + (<usize>index << 2));
}

/** Four lines that are adjacent in memory: one load for each depth. */
function copyFour(to: usize, step: usize, from: usize, depths: usize, depth: i32): void {
  for (let k = 0; k < depth; k++) {
    v128.store(to, v128.load(from + offsetAt(depths, k)));
    to += step;
  }
}

/** Sixteen adjacent lines, a cache line at a time, into four quarters. */
function copySixteen(
  to0: usize, to1: usize, to2: usize, to3: usize, step: usize,
  from: usize, depths: usize, depth: i32,
): void {
  let at: usize = 0;
  for (let k = 0; k < depth; k++) {
    const source = from + offsetAt(depths, k);
    v128.store(to0 + at, v128.load(source));
    v128.store(to1 + at, v128.load(source, 16));
    v128.store(to2 + at, v128.load(source, 32));
    v128.store(to3 + at, v128.load(source, 48));
    at += step;
  }
}

// @ts-ignore: decorator
@inline
export function storeTransposed(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

/** Any four lines: by 4×4 transpositions where four depths are adjacent. */
function gatherFour(
  to: usize, step: usize,
  p0: usize, p1: usize, p2: usize, p3: usize,
  depths: usize, depth: i32,
): void {
  let k = 0;
  while (k < depth) {
    const at = offsetAt(depths, k);
    if (k + 4 <= depth && offsetAt(depths, k + 3) - at == 12) {
      const a = v128.load(p0 + at);
      const b = v128.load(p1 + at);
      const c = v128.load(p2 + at);
      const d = v128.load(p3 + at);
      storeTransposed(to, step, a, b, c, d);
      to += 4 * step;
      k += 4;
    } else {
      store<f32>(to, load<f32>(p0 + at));
      store<f32>(to, load<f32>(p1 + at), 4);
      store<f32>(to, load<f32>(p2 + at), 8);
      store<f32>(to, load<f32>(p3 + at), 12);
      to += step;
      k++;
    }
  }
}

/** The address, in panels of the given width, of the four lines that begin at `line`. */
// @ts-ignore: decorator
@inline
function quarter(to: usize, line: i32, width: i32, depth: i32): usize {
  const panel = line / width;
  return to + ((<usize>panel * depth * width + <usize>(line - panel * width)) << 2);
}

/**
 * Packs the lines [first, last) into panels of `width` (4, 8 or 16). A last panel that is not full repeats
 * the last line; the results of the repeated lines are never stored.
 */
export function pack(
  to: usize, width: i32,
  base: usize, lines: usize, first: i32, last: i32,
  depths: usize, depth: i32,
): void {
  const step = <usize>width << 2;
  const full = (last - first + width - 1) / width * width;
  let line = 0;
  while (line < full) {
    const at = first + line;
    const offset = at < last ? offsetAt(lines, at) : 0;
    if (at + 16 <= last && offsetAt(lines, at + 15) - offset == 60) {
      copySixteen(
        quarter(to, line, width, depth), quarter(to, line + 4, width, depth),
        quarter(to, line + 8, width, depth), quarter(to, line + 12, width, depth), step,
        base + offset, depths, depth,
      );
      line += 16;
      continue;
    }
    const target = quarter(to, line, width, depth);
    if (at + 4 <= last && offsetAt(lines, at + 3) - offset == 12) {
      copyFour(target, step, base + offset, depths, depth);
    } else {
      const end = last - 1;
      gatherFour(
        target, step,
        base + offsetAt(lines, min(at, end)), base + offsetAt(lines, min(at + 1, end)),
        base + offsetAt(lines, min(at + 2, end)), base + offsetAt(lines, min(at + 3, end)),
        depths, depth,
      );
    }
    line += 4;
  }
}
