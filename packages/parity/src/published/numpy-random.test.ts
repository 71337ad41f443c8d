import { describe, expect, it } from 'vitest';
import { NumpyRandom } from './numpy-random.js';

const take = (count: number, next: () => number) => Array.from({ length: count }, next);

describe('NumpyRandom', () => {
  it('yields the words of MT19937', () => {
    const random = new NumpyRandom(1);
    expect(take(4, () => random.word())).toEqual([1791095845, 4282876139, 3093770124, 4005303368]);
  });

  it('yields the bits of numpy.random.rand', () => {
    const random = new NumpyRandom(1);
    const printed = [0.417022004702574, 0.7203244934421581, 0.00011437481734488664, 0.30233257263183977];
    expect(take(4, () => random.uniform())).toEqual(printed);
  });

  it('yields numpy.random.randn, past the point where its 624 words are used up', () => {
    const random = new NumpyRandom(1);
    const values = take(2001, () => random.normal());
    const first = [1.62434536, -0.61175641, -0.52817175, -1.07296862, 0.86540763, -2.3015387];
    for (const [i, value] of first.entries()) expect(values[i]).toBeCloseTo(value, 8);
    expect(values[2000]).toBeCloseTo(0.4895166181417871, 14);
  });
});
