/** Writes the i32 offsets i·s0 + j·s1 + k·s2 for all i < n0, j < n1, k < n2, with k varying fastest. */
export function fillOffsets(
  table: usize,
  n0: i32, s0: i32,
  n1: i32, s1: i32,
  n2: i32, s2: i32,
): void {
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      let offset = i * s0 + j * s1;
      for (let k = 0; k < n2; k++) {
        store<i32>(table, offset);
        table += 4;
        offset += s2;
      }
    }
  }
}

/**
 * Pads images [batch, height, width, channels] with zeros to [batch, paddedHeight, paddedWidth,
 * channels]; rows and columns beyond the padded size are left out, as those before a negative `top`
 * or `left` are, and the rows between every `step`-th. Writes the rows [first, last) of the batch · paddedHeight rows.
 */
export function padImages(
  to: usize, from: usize,
  height: i32, width: i32, channels: i32,
  top: i32, left: i32, paddedHeight: i32, paddedWidth: i32, step: i32, first: i32, last: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const skipped = max(-left, 0);
  const inside = min(max(left, 0), paddedWidth);
  const kept = <usize>max(min(width - skipped, paddedWidth - inside), 0) * pixel;
  const before = <usize>inside * pixel;
  from += <usize>skipped * pixel;
  const paddedRow = <usize>paddedWidth * pixel;
  to += <usize>first * paddedRow;
  for (let line = first; line < last; line++) {
    const image = line / paddedHeight;
    const y = (line - image * paddedHeight) * step - top;
    if (y < 0 || y >= height) {
      memory.fill(to, 0, paddedRow);
    } else {
      memory.fill(to, 0, before);
      memory.copy(to + before, from + <usize>(image * height + y) * row, kept);
      memory.fill(to + before + kept, 0, paddedRow - before - kept);
    }
    to += paddedRow;
  }
}

/** Zeros the floats [first, last); counted in floats, since a large tensor's bytes would not fit 31 bits. */
export function zero(to: usize, first: usize, last: usize): void {
  memory.fill(to + 4 * first, 0, 4 * (last - first));
}
