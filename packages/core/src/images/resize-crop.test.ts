import { describe, expect, it } from 'vitest';
import { interpolations } from './fitting.js';
import { resize } from './resize.js';

const [height, width] = [9, 14];
const image = {
  ...{ height, width, channels: 3 },
  data: Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i * 5 + i * 11) % 256),
};

describe.each(interpolations)('a crop, %s', (interpolation) => {
  it.each([
    ['the width is kept', { height: 6, width }],
    ['the height is kept', { height, width: 20 }],
    ['both are kept', { height, width }],
  ])('is cut from the whole where %s', (_, size) => {
    const whole = resize(image, { ...size, interpolation });
    const crop = { top: 2, left: 3, height: 3, width: 7 };
    const rows = [2, 3, 4].map((y) => [
      ...whole.data.subarray((y * size.width + 3) * 3, (y * size.width + 10) * 3),
    ]);
    const part = resize(image, { ...size, interpolation, crop });
    expect(part).toMatchObject({ height: 3, width: 7, channels: 3 });
    expect([...part.data]).toEqual(rows.flat());
  });
});
