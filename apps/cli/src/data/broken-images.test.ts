import { ResNetError } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { BrokenImages } from './broken-images.js';

const image = (file: string) => ({ file, error: new ResNetError('bad-file', `${file} is broken.`) });

describe('BrokenImages', () => {
  it('fails at the first before the work has begun, and says how to skip it', () => {
    const broken = new BrokenImages('fail');
    expect(() => broken.add(image('a.jpg'))).toThrow(
      'a.jpg is broken. Use --on-error skip to skip such images.',
    );
  });

  it('counts what is skipped, and lists the first', () => {
    const broken = new BrokenImages('skip');
    expect(broken.describe()).toEqual([]);
    for (let i = 0; i < 7; i++) broken.add(image(`${i}.jpg`));
    expect(broken.skipped).toHaveLength(7);
    const lines = broken.describe();
    expect(lines[0]).toBe('7 images skipped:');
    expect(lines).toHaveLength(7);
    expect(lines[6]).toBe('  … and 2 more (--json lists all)');
  });

  it('stops the work at the first loss, or when more than half is gone', () => {
    const lost: string[] = [];
    const strict = new BrokenImages('fail');
    strict.begin(10, ({ file }) => lost.push(file));
    strict.add(image('a.jpg'));
    expect(strict.signal.aborted).toBe(true);
    expect(strict.failure?.message).toBe('a.jpg is broken.');
    const lenient = new BrokenImages('skip');
    lenient.begin(4, ({ file }) => lost.push(file));
    for (const file of ['b.jpg', 'c.jpg']) lenient.add(image(file));
    expect(lenient.signal.aborted).toBe(false);
    lenient.add(image('d.jpg'));
    expect(lenient.signal.aborted).toBe(true);
    expect(lost).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
  });
});
