/**
 * Copies blocks of `block` bytes (a multiple of 4) that are apart in `from`, to adjacent places: those at i·s0 + j·s1 +
 * k·s2 + l·s3 bytes for all i in [first, last), j < n1, k < n2, l < n3, with l varying fastest. A step may be negative, or
 * 0, which repeats.
 */
export function copyBlocks(
  to: usize, from: usize, s0: i32, n1: i32, s1: i32, n2: i32, s2: i32, n3: i32, s3: i32, block: usize,
  first: i32, last: i32,
): void {
  to += <usize>first * <usize>(n1 * n2 * n3) * block;
  from += <usize>first * s0;
  for (let i = first; i < last; i++) {
    let down = from;
    for (let j = 0; j < n1; j++) {
      let across = down;
      for (let k = 0; k < n2; k++) {
        let source = across;
        for (let l = 0; l < n3; l++) {
          copy(to, source, block);
          to += block;
          source += s3;
        }
        across += s2;
      }
      down += s1;
    }
    from += s0;
  }
}

/** Below 1 kB, a loop takes less time than the call of memory.copy. */
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, bytes: usize): void {
  if (bytes >= 1024) {
    memory.copy(to, from, bytes);
    return;
  }
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<i32>(to + at, load<i32>(from + at));
}
