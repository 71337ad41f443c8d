import { describe, expect, it } from 'vitest';
import { learningRateFactor, type Schedule } from './schedule.js';

const factors = (schedule: Schedule, { epochs = 4, warmup = 0, stepsPerEpoch = 5 } = {}) =>
  Array.from({ length: epochs * stepsPerEpoch }, (_, step) =>
    learningRateFactor({ epochs, schedule, warmup }, { step, stepsPerEpoch, history: [] }),
  );

describe('the factor on the learning rate', () => {
  it('grows in equal parts during warm-up, and the schedule spans the rest', () => {
    const warm = factors('cosine', { warmup: 1 });
    expect(warm.slice(0, 5).map((value) => Math.round(value * 6))).toEqual([1, 2, 3, 4, 5]);
    expect(warm.slice(5)).toEqual(factors('cosine', { epochs: 3 }));
    expect(factors('constant', { epochs: 1, warmup: 0.5 })).toEqual([0.25, 0.5, 0.75, 1, 1]);
  });

  it('falls after the given epochs', () => {
    const all = factors({ kind: 'step', epochs: [1, 3], factor: 0.1 });
    const each = [1, 0.1, 0.1, 0.01].flatMap((value) => Array<number>(5).fill(value));
    all.forEach((value, step) => {
      expect(value).toBeCloseTo(each[step] as number, 15);
    });
  });

  it('one-cycle: from its start up to 1, and down to its end', () => {
    const all = factors({ kind: 'oneCycle', rise: 0.3, start: 0.04, end: 4e-6 }, { stepsPerEpoch: 250 });
    expect(all[0]).toBe(0.04);
    expect(Math.max(...all)).toBe(1);
    expect(all.indexOf(1)).toBe(300);
    expect(all[150]).toBeCloseTo(0.52, 12);
    expect(all[650]).toBeCloseTo((1 + 4e-6) / 2, 12);
    expect(all.at(-1)).toBeLessThan(1e-5);
  });

  it('plateau: falls when the loss has been no better for longer than its patience', () => {
    const after = (...losses: number[]) =>
      learningRateFactor(
        { epochs: 99, schedule: { kind: 'plateau', patience: 2, factor: 0.5 } },
        { step: 0, stepsPerEpoch: 1, history: losses.map((loss) => ({ loss: 0, validation: { loss } })) },
      );
    expect(after()).toBe(1);
    expect(after(3, 2, 2.5, 2)).toBe(1);
    expect(after(3, 2, 2.5, 2, 1.9999)).toBe(0.5); // better by too little
    expect(after(3, 2, 2.5, 2, 1.9)).toBe(1);
    expect(after(1, 0.99995, 0.9999, 0.99985)).toBe(1); // better by enough than the best before the pause
    expect(after(1, 2, 2, 2, 2, 2, 2)).toBe(0.25);
  });
});
