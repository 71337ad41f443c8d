/** How far two decoded images differ, in levels of 0 to 255: { max, mean, x, y }, or { sizes } where theirs differ. */
export function comparePixels(a, b) {
  if (a.width !== b.width || a.height !== b.height)
    return { sizes: [`${a.width}×${a.height}`, `${b.width}×${b.height}`] };
  let max = 0;
  let sum = 0;
  let at = 0;
  for (let i = 0; i < a.data.length; i++) {
    const delta = Math.abs(a.data[i] - b.data[i]);
    if (delta > max) {
      max = delta;
      at = i;
    }
    sum += delta;
  }
  const pixel = Math.floor(at / 3);
  return { max, mean: sum / a.data.length, x: pixel % a.width, y: Math.floor(pixel / a.width) };
}
