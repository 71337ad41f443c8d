import { describe, expect, it } from 'vitest';
import { plainLine, progressLine } from './progress-line.js';

const state = {
  label: 'epoch 3/20',
  short: '3/20',
  done: 12,
  of: 34,
  figures: ['loss 0.1234', 'acc 87.3%', '3 min 05 s left', '412 images/s'],
};

describe('a progress line', () => {
  it('shows everything if there is room', () => {
    expect(progressLine(state, 120)).toBe(
      'epoch 3/20  ████████░░░░░░░░░░░░░░░░  12/34  loss 0.1234  acc 87.3%  3 min 05 s left  412 images/s',
    );
    expect(progressLine(state, 77)).toBe(
      'epoch 3/20  ██████░░░░░░░░░░░  12/34  loss 0.1234  acc 87.3%  3 min 05 s left',
    );
  });

  it('shows the most important at 40 columns', () => {
    expect(progressLine(state, 39)).toBe('3/20 ██░░░░ 12/34 loss 0.1234 acc 87.3%');
  });

  it('says the unit of its counts', () => {
    const megabytes = { label: 'downloading', short: 'downloading', done: 45, of: 102, unit: 'MB' };
    expect(plainLine({ ...megabytes, figures: ['5.2 MB/s'] })).toBe('downloading  45/102 MB  5.2 MB/s');
  });

  it('never is longer than the line', () => {
    for (let width = 20; width < 200; width++)
      expect(progressLine(state, width).length).toBeLessThanOrEqual(width);
  });

  it('has no bar in a log', () => {
    expect(plainLine(state)).toBe('epoch 3/20  12/34  loss 0.1234  acc 87.3%  3 min 05 s left  412 images/s');
  });
});
