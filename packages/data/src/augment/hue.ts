import type { Image } from './image.js';

const { floor, fround, max, min, round, trunc } = Math;

/**
 * Turns hues, by at most half a turn: byte for byte as torchvision does on Pillow's HSV images, which computes in float32 and
 * cuts hue and saturation off to 8 bits. An image of one channel has no hue.
 */
export function hue({ levels, channels }: Image, turns: number): void {
  if (channels !== 3) return;
  const steps = trunc(turns * 255);
  for (let at = 0; at < levels.length; at += 3) turnPixel(levels, at, steps);
}

function turnPixel(levels: Uint8Array, at: number, steps: number): void {
  const red = levels[at] as number;
  const green = levels[at + 1] as number;
  const blue = levels[at + 2] as number;
  const most = max(red, green, blue);
  const chroma = most - min(red, green, blue);
  const saturation = floor(fround(chroma / most) * 255);
  if (chroma === 0 || saturation === 0) {
    levels.fill(most, at, at + 3);
    return;
  }
  const turned = (hueOf(red, green, blue, most, chroma) + steps) & 255;
  const sextant = floor((turned * 6) / 255);
  const rest = fround((turned * 6) / 255 - sextant);
  const share = fround(saturation / 255);
  const low = round(most * (1 - share));
  const falling = round(most * (1 - share * rest));
  const rising = round(most * (1 - share * (1 - rest)));
  const cycle = sextant % 6;
  levels[at] = cycle === 0 || cycle === 5 ? most : cycle === 1 ? falling : cycle === 4 ? rising : low;
  levels[at + 1] = cycle === 1 || cycle === 2 ? most : cycle === 0 ? rising : cycle === 3 ? falling : low;
  levels[at + 2] = cycle === 3 || cycle === 4 ? most : cycle === 2 ? rising : cycle === 5 ? falling : low;
}

/** The hue in 255ths of a turn. */
function hueOf(red: number, green: number, blue: number, most: number, chroma: number): number {
  const fromRed = fround((most - red) / chroma);
  const fromGreen = fround((most - green) / chroma);
  const fromBlue = fround((most - blue) / chroma);
  let sextants: number;
  if (red === most) sextants = fround(fromBlue - fromGreen);
  else if (green === most) sextants = fround(2 + fromRed - fromBlue);
  else sextants = fround(4 + fromGreen - fromRed);
  return floor(fround((sextants / 6 + 1) % 1) * 255);
}
