/** Turns the bytes of each value of `width` bytes around, in place. */
export function swapBytes(values: Uint8Array, width: number): void {
  for (let at = 0; at + width <= values.length; at += width) values.subarray(at, at + width).reverse();
}
