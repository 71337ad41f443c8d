import { describe, expect, it } from 'vitest';
import { duplicateLines, leftOutLines } from './data-notes.js';

describe('leftOutLines', () => {
  it('shows no control characters of names', () => {
    expect(leftOutLines([])).toEqual([]);
    const leftOut = [{ kind: 'broken link', files: 1, example: 'red/\u001bx' }];
    expect(leftOutLines(leftOut)).toEqual(['left out    1 file: 1 broken link (red/�x)']);
  });
});

describe('duplicateLines', () => {
  it('says where images of equal content are', () => {
    const none = { images: 0, example: null };
    const acrossSplit = { images: 2, example: ['train/a/1.png', 'val/a/7.png'] as const };
    expect(duplicateLines(null)).toEqual([]);
    expect(duplicateLines({ acrossSplit: none, acrossClasses: none, withinClass: none })).toEqual([]);
    expect(
      duplicateLines({ acrossSplit, acrossClasses: { ...acrossSplit, images: 1 }, withinClass: none }),
    ).toEqual([
      'duplicates  2 validation images are in training as well, which makes the validation look better than it is: val/a/7.png equals train/a/1.png',
      'duplicates  1 training image is in another class as well: val/a/7.png equals train/a/1.png',
    ]);
  });
});
