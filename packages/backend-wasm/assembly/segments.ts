// Sums of rows by segment. The rows are sorted by segment first, so that each sum belongs to one thread and
// is added in the order of the rows.

/** Rows that are added in f32; longer sums are added in f64, so that the error doesn't grow with them. */
const RUN = 128;

/**
 * Writes `order`, the rows sorted by segment, and `starts` [segments + 2], where each segment's rows begin in
 * it: segment s has those in [starts[s], starts[s + 1]). Rows of other ids, such as negative ones, are left out.
 */
export function sortBySegment(order: usize, starts: usize, ids: usize, rows: i32, segments: i32): void {
  memory.fill(starts, 0, <usize>(segments + 2) << 2);
  // Counts are two places ahead; while the rows are placed, starts[s + 1] moves from segment s's begin to its end.
  for (let row = 0; row < rows; row++) {
    const id = load<i32>(ids + (<usize>row << 2));
    if (id < 0 || id >= segments) continue;
    const at = starts + (<usize>id << 2);
    store<i32>(at, load<i32>(at, 8) + 1, 8);
  }
  for (let s = 2; s < segments + 2; s++) {
    const at = starts + (<usize>s << 2);
    store<i32>(at, load<i32>(at) + load<i32>(at - 4));
  }
  for (let row = 0; row < rows; row++) {
    const id = load<i32>(ids + (<usize>row << 2));
    if (id < 0 || id >= segments) continue;
    const next = starts + (<usize>(id + 1) << 2);
    const place = load<i32>(next);
    store<i32>(order + (<usize>place << 2), row);
    store<i32>(next, place + 1);
  }
}

/**
 * y [segments, columns] from x [rows, columns]. An item is a part of a segment: `partColumns`, a multiple of 4,
 * of its columns.
 */
export function sumSegments(
  y: usize, x: usize, order: usize, starts: usize, columns: i32, partColumns: i32, first: i32, last: i32,
): void {
  const parts = (columns + partColumns - 1) / partColumns;
  const row = <usize>columns << 2;
  for (let item = first; item < last; item++) {
    const segment = item / parts;
    const at = starts + (<usize>segment << 2);
    const from = order + (<usize>load<i32>(at) << 2);
    const end = order + (<usize>load<i32>(at, 4) << 2);
    let c = (item - segment * parts) * partColumns;
    const stop = min(c + partColumns, columns);
    const to = y + <usize>segment * row;
    for (; c + 4 <= stop; c += 4) sumFour(to + (<usize>c << 2), x + (<usize>c << 2), row, from, end);
    for (; c < stop; c++) sumOne(to + (<usize>c << 2), x + (<usize>c << 2), row, from, end);
  }
}

function sumFour(to: usize, x: usize, row: usize, from: usize, end: usize): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  while (from < end) {
    const stop = min(from + RUN * 4, end);
    let s = f32x4.splat(0);
    for (; from < stop; from += 4) s = f32x4.add(s, v128.load(x + <usize>load<i32>(from) * row));
    low = f64x2.add(low, f64x2.promote_low_f32x4(s));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(s, s, 1, 1)));
  }
  v128.store(to, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
}

function sumOne(to: usize, x: usize, row: usize, from: usize, end: usize): void {
  let total: f64 = 0;
  while (from < end) {
    const stop = min(from + RUN * 4, end);
    let s: f32 = 0;
    for (; from < stop; from += 4) s += load<f32>(x + <usize>load<i32>(from) * row);
    total += s;
  }
  store<f32>(to, <f32>total);
}
