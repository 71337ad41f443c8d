import type { Image } from './image.js';

const { floor, fround, max, min, round, trunc } = Math;

/** The sixth of the circle that a hue of 8 bits is in, and how far. */
const sextants = Uint8Array.from({ length: 256 }, (_, hue) => floor((hue * 6) / 255));
const progress = Float32Array.from({ length: 256 }, (_, hue) => (hue * 6) / 255 - (sextants[hue] as number));

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
  const saturation = chroma === 0 ? 0 : floor(fround(chroma / most) * 255);
  if (saturation === 0) {
    setPixel(levels, at, most, most, most);
    return;
  }
  const turned = (hueOf(red, green, blue, most, chroma) + steps) & 255;
  const rest = progress[turned] as number;
  const share = fround(saturation / 255);
  const low = round(most * (1 - share));
  const falling = round(most * (1 - share * rest));
  const rising = round(most * (1 - share * (1 - rest)));
  switch ((sextants[turned] as number) % 6) {
    case 0:
      setPixel(levels, at, most, rising, low);
      break;
    case 1:
      setPixel(levels, at, falling, most, low);
      break;
    case 2:
      setPixel(levels, at, low, most, rising);
      break;
    case 3:
      setPixel(levels, at, low, falling, most);
      break;
    case 4:
      setPixel(levels, at, rising, low, most);
      break;
    default:
      setPixel(levels, at, most, low, falling);
  }
}

function setPixel(levels: Uint8Array, at: number, red: number, green: number, blue: number): void {
  levels[at] = red;
  levels[at + 1] = green;
  levels[at + 2] = blue;
}

/** The hue in 255ths of a turn. */
function hueOf(red: number, green: number, blue: number, most: number, chroma: number): number {
  const fromRed = fround((most - red) / chroma);
  const fromGreen = fround((most - green) / chroma);
  const fromBlue = fround((most - blue) / chroma);
  let sixths: number;
  if (red === most) sixths = fround(fromBlue - fromGreen);
  else if (green === most) sixths = fround(2 + fromRed - fromBlue);
  else sixths = fround(4 + fromGreen - fromRed);
  const turns = sixths / 6 + 1;
  return floor(fround(turns >= 1 ? turns - 1 : turns) * 255);
}
