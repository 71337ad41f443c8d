/**
 * An image as 16×16 means of its pixels, shifted and scaled to mean 0 and variance 1, so that two exposures of one scene
 * are near each other.
 * @param {Uint8Array} pixels `[height, width, channels]`, with sides that 16 divides
 * @param {readonly [number, number, number]} shape
 */
export function thumbnail(pixels, [height, width, channels]) {
  const side = 16;
  const small = new Float64Array(side * side * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = (Math.floor((y * side) / height) * side + Math.floor((x * side) / width)) * channels;
      for (let c = 0; c < channels; c++) small[to + c] += pixels[(y * width + x) * channels + c];
    }
  }
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const variance = small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length;
  const std = Math.sqrt(variance) || 1;
  return small.map((value) => (value - mean) / std);
}

/**
 * The root of the mean squared difference of two thumbnails: 0 for the same image, √2 for unrelated ones.
 * @param {Float64Array} first
 * @param {Float64Array} second
 */
export function distance(first, second) {
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += (first[i] - second[i]) ** 2;
  return Math.sqrt(sum / first.length);
}

/**
 * Groups of images: any two nearer than `threshold` are in one, and so is what they are near to.
 * @param {readonly Float64Array[]} thumbnails
 * @param {number} threshold
 * @returns {number[]} for each image the first image of its group
 */
export function groupNearTwins(thumbnails, threshold) {
  const parent = [...thumbnails.keys()];
  const root = (/** @type {number} */ index) => {
    while (parent[index] !== index) index = parent[index];
    return index;
  };
  for (let i = 0; i < thumbnails.length; i++) {
    for (let j = 0; j < i; j++) {
      if (distance(thumbnails[i], thumbnails[j]) >= threshold) continue;
      const [low, high] = [root(i), root(j)].sort((a, b) => a - b);
      parent[high] = low;
    }
  }
  return parent.map((_, index) => root(index));
}
