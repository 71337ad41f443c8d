import { describe, expect, it } from 'vitest';
import { describeLeftOut, describeTwins } from './data-notes.js';

describe('describeLeftOut', () => {
  it('counts files by reason, and names one of each', () => {
    expect(describeLeftOut([])).toEqual([]);
    const leftOut = [
      { kind: '.gif', files: 1200, example: 'red/a.gif' },
      { kind: 'broken link', files: 1, example: 'red/\u001bx' },
    ];
    expect(describeLeftOut(leftOut)).toEqual([
      'left out    1,201 files: 1,200 .gif (red/a.gif …), 1 broken link (red/�x). Only JPEG, PNG and WebP are read',
    ]);
    const many = Array.from({ length: 40 }, (_, i) => ({ kind: `.${i}`, files: 1, example: 'x' }));
    expect(describeLeftOut(many)[0]).toMatch(/1 \.5 \(x\), 34 more kinds\./);
  });
});

describe('describeTwins', () => {
  it('says where images of equal content are', () => {
    const none = { images: 0, example: null };
    const acrossSplit = { images: 2, example: ['train/a/1.png', 'val/a/7.png'] as const };
    expect(describeTwins(null)).toEqual([]);
    expect(describeTwins({ acrossSplit: none, acrossClasses: none, withinClass: none })).toEqual([]);
    expect(
      describeTwins({ acrossSplit, acrossClasses: { ...acrossSplit, images: 1 }, withinClass: none }),
    ).toEqual([
      'duplicates  2 validation images are in training as well, which makes the validation look better than it is: val/a/7.png equals train/a/1.png',
      'duplicates  1 training image is in another class as well: val/a/7.png equals train/a/1.png',
    ]);
  });
});
