import { expect, it } from 'vitest';
import { checkImageSize } from './check-image-size.js';

it.each<[height: number, width: number, bytesPerPixel: number, fits: boolean]>([
  [2 ** 13, 2 ** 13, 3, true],
  [2 ** 13 + 1, 2 ** 13, 3, false], // pixels
  [2 ** 13, 2 ** 13, 4, true],
  [2 ** 13, 2 ** 13, 5, false], // bytes
  [2 ** 12, 2 ** 13, 8, true],
  [2 ** 12, 2 ** 13 + 1, 8, false], // bytes
  [2 ** 16, 2 ** 10, 3, true],
  [2 ** 16 + 1, 1, 3, false], // a side
  [1, 2 ** 16, 3, true],
  [1, 2 ** 16 + 1, 3, false], // a side
])('an image of %d×%d pixels of %d bytes may be decoded: %s', (height, width, bytesPerPixel, fits) => {
  const check = () => checkImageSize('large.png', { height, width }, bytesPerPixel);
  if (fits) expect(check).not.toThrow();
  else
    expect(check).toThrow(
      `large.png has ${width}×${height} pixels of ${bytesPerPixel} bytes; the limits are`,
    );
});
