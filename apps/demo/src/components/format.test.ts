import { describe, expect, it } from 'vitest';
import { bytes, duration, large, milliseconds, networkTitle, percent, scientific } from './format.js';

describe('formatted numbers and names', () => {
  it.each([
    [() => large(96_133), '96,133'],
    [() => large(23_600_006), '23.6 million'],
    [() => large(4_089_000_000), '4.09 billion'],
    [() => percent(0.9333, 1), '93.3 %'],
    [() => bytes(46_807_446), '46.8 MB'],
    [() => bytes(241_627_000), '242 MB'],
    [() => bytes(999), '999 bytes'],
    [() => milliseconds(3.6), '3.6 ms'],
    [() => milliseconds(155.2), '155 ms'],
    [() => milliseconds(2100), '2.1 s'],
    [() => duration(59.6), '1 min 0 s'],
    [() => duration(3_725), '1 h 2 min'],
    [() => scientific(2.21e-4), '2.2\u00a0×\u00a010⁻⁴'],
    [() => scientific(9.96e-12), '1.0\u00a0×\u00a010⁻¹¹'],
    [() => scientific(0), '0'],
    [() => large(16.76e9), '17 billion'],
    [() => networkTitle('course/resnet50-plain'), 'The course’s ResNet-50 (course/resnet50-plain)'],
    [() => networkTitle('preact/resnet'), 'preact/resnet'],
    [() => large(1234.4e12), '1,234 trillion'],
  ])('%s', (format, expected) => {
    expect(format()).toBe(expected);
  });
});
