import { InvalidArgumentError } from 'commander';

/** Sides of images in pixels, as checkpoints keep them: `64` for square ones, `48x64` for height and width. */
export type ImageSize = number | `${number}x${number}`;

/** Parses `64`, or `48x64`: height x width. */
export function imageSize(maxSide = 4096) {
  return (text: string): ImageSize => {
    const sides = text.split(/[x×]/i).map((side) => (/^\d+$/.test(side) ? Number(side) : Number.NaN));
    const [height = Number.NaN, width = height] = sides;
    if (sides.length <= 2 && [height, width].every((side) => side >= 1 && side <= maxSide)) {
      return height === width ? height : `${height}x${width}`;
    }
    throw new InvalidArgumentError(
      `It must be a whole number of pixels from 1 to ${maxSide}, or height and width, such as 48x64.`,
    );
  };
}

export function sidesOf(size: ImageSize): readonly [height: number, width: number] {
  const [height, width = height] = String(size).split('x').map(Number) as [number, number?];
  return [height, width];
}
