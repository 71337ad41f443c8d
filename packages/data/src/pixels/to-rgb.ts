// What every decoder's pixels go through, so that Node and browsers agree: whole numbers only, rounded to nearest.

/** Composites RGBA (alpha not premultiplied) on white, as a page would show it: [pixels, 4] → [pixels, 3]. */
export function overWhite(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3] as number;
    const white = 255 * (255 - alpha);
    for (let c = 0; c < 3; c++) rgb[to++] = divide255((rgba[from + c] as number) * alpha + white);
  }
  return rgb;
}

/** 16-bit levels to 8 bits: ÷ 257, so that 0 stays 0 and 65,535 becomes 255. */
export function fromSixteenBits(values: Uint16Array): Uint8Array {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) levels[i] = ((values[i] as number) + 128) / 257;
  return levels;
}

/** CMYK to RGB without a colour profile, by Pillow's and Chromium's rule: (255 − ink)(255 − black) / 255. [pixels, 4] → [pixels, 3]. */
export function fromCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - (cmyk[from + 3] as number);
    for (let c = 0; c < 3; c++) rgb[to++] = divide255((255 - (cmyk[from + c] as number)) * light);
  }
  return rgb;
}

/** Gray (with alpha if there are two channels) to RGB (with alpha): [pixels, channels] → [pixels, channels + 2]. */
export function fromGray(gray: Uint8Array, channels: 1 | 2): Uint8Array {
  const wide = channels + 2;
  const colour = new Uint8Array((gray.length / channels) * wide);
  for (let from = 0, to = 0; from < gray.length; from += channels, to += wide) {
    colour.fill(gray[from] as number, to, to + 3);
    if (channels === 2) colour[to + 3] = gray[from + 1] as number;
  }
  return colour;
}

function divide255(value: number): number {
  return Math.floor((value + 127) / 255);
}
