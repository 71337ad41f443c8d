import { expect, it } from 'vitest';
import { describeLeftOut } from './describe-left-out.js';

it('what is left out is counted by reason, with one of each', () => {
  expect(describeLeftOut([])).toBeNull();
  const link = { kind: 'broken link', files: 1, example: `red/${'x'.repeat(99)}` };
  expect(describeLeftOut([link])).toBe(`1 file: 1 broken link (…${'x'.repeat(59)})`);
  const leftOut = [
    { kind: '.gif', files: 1200, example: 'red/a.gif' },
    { ...link, example: 'red/x' },
  ];
  expect(describeLeftOut(leftOut)).toBe(
    '1201 files: 1200 .gif (red/a.gif …), 1 broken link (red/x). Only JPEG, PNG and WebP are read',
  );
  const many = Array.from({ length: 40 }, (_, i) => ({ kind: `.${i}`, files: 1, example: 'x' }));
  expect(describeLeftOut(many)).toMatch(/^40 files: .*1 \.5 \(x\), 34 more kinds\./);
});
