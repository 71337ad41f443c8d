import { describe, expect, it } from 'vitest';
import { plainNodes } from './workloads.mjs';

const conv = {
  op: 'conv',
  kernelSize: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  from: [0],
  parameters: {},
};
const pool = { op: 'pool', mode: 'max', size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1], from: [1] };
const input = { op: 'input', from: [] };

describe('plain nodes', () => {
  it("call margins 'same' and 'valid' where they are", () => {
    const paddingOf = (/** @type {object} */ changes) =>
      plainNodes([input, { ...conv, ...changes }]).at(-1).padding;
    expect(paddingOf({ padding: [1, 1, 1, 1] })).toBe('same');
    expect(paddingOf({ padding: [2, 2, 2, 2], dilations: [2, 2] })).toBe('same');
    expect(paddingOf({ padding: [0, 0, 0, 0], kernelSize: [1, 1], strides: [2, 2] })).toBe('valid');
  });

  it('have other margins as nodes, and take the nodes that they took', () => {
    const nodes = [
      input,
      { ...conv, padding: [1, 1, 1, 1], strides: [2, 2] },
      { op: 'act', activation: 'relu', from: [1] },
      { op: 'add', from: [1, 2] },
    ];
    expect(plainNodes(nodes)).toEqual([
      input,
      { op: 'pad', top: 1, bottom: 1, left: 1, right: 1, from: [0], parameters: {} },
      { ...conv, padding: 'valid', strides: [2, 2], from: [1] },
      { op: 'act', activation: 'relu', from: [2] },
      { op: 'add', from: [2, 3] },
    ]);
  });

  it('have margins of zeros around maxima of activations alone', () => {
    const act = { op: 'act', activation: 'relu', from: [0] };
    expect(plainNodes([input, act, pool]).map(({ op }) => op)).toEqual(['input', 'act', 'pad', 'pool']);
    expect(() => plainNodes([input, { ...conv, padding: 'same' }, pool])).toThrow(/^Margins of pooling/);
  });
});
