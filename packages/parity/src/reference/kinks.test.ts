// Where gradients jump, by hand: finite differences don't show which side is taken, nor that a case stays off it.
import type { Network, Op, Pool } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { activations } from './activation.js';
import { distanceToKink, referenceForward, referenceGradients } from './network.js';
import { pooling, poolingGradient, poolingLeads } from './pooling.js';
import { rounded, tensor64, zeros } from './tensor.js';

describe('activations', () => {
  it('have the slope of the flat side at their kinks', () => {
    const { relu, relu6, sigmoid } = activations;
    expect([-1, 0, 1e-9, 3].map(relu.slope)).toEqual([0, 0, 1, 1]);
    expect([-1, 0, 1e-9, 5.999, 6, 6.5].map(relu6.slope)).toEqual([0, 0, 1, 1, 0, 0]);
    expect([-1, 0, 3, 6, 7].map(relu6.value)).toEqual([0, 0, 3, 6, 6]);
    expect(sigmoid.slope(0)).toBe(0.25);
    expect([relu.kinks, relu6.kinks, sigmoid.kinks]).toEqual([[0], [0, 6], []]);
  });
});

const sequence = (stem: readonly Op[], channels = 1): Network => ({
  ...{ name: 'kinks', input: [1, 4, channels], inputName: 'input_1', stem, stages: [], head: [] },
});
const pool = (mode: Pool['mode'], size: Pool['size'], padding: Pool['padding'] = 'valid'): Pool => ({
  ...{ op: 'pool', mode, size, strides: [1, 2], padding },
});

describe('distanceToKink', () => {
  const of = (network: Network, values: readonly number[]) => {
    const images = tensor64(values, [1, 1, 4, network.input[2]]);
    return distanceToKink(network, referenceForward(network, new Map(), images, { mode: 'inference' }));
  };

  it.each<[Op['op'], readonly Op[], readonly number[], number]>([
    ['act', [{ op: 'act', activation: 'relu' }], [-0.5, 0.25, 3, -4], 0.25],
    ['act', [{ op: 'act', activation: 'relu' }], [0, 0.25, 0, -0.125], 0.125],
    ['act', [{ op: 'act', activation: 'relu6' }], [-0.5, 5.75, 3, 7], 0.25],
    ['act', [{ op: 'act', activation: 'sigmoid' }], [0.1, 0.2, 0.3, 0.4], Number.POSITIVE_INFINITY],
    ['pool', [pool('max', [1, 2])], [1, 3, 8, 7.5], 0.5],
    ['pool', [pool('max', [1, 2])], [1, 3, 0, 0], 2],
    ['pool', [pool('max', [1, 2])], [1, 3, 2, 2], 0],
    ['pool', [pool('average', [1, 2])], [1, 1, 2, 2], Number.POSITIVE_INFINITY],
    ['act', [{ op: 'act', activation: 'relu' }, pool('max', [1, 2])], [-1, 3, 2, 1.875], 0.125],
  ])('of %s %j', (_, stem, values, expected) => {
    expect(of(sequence(stem), values)).toBe(expected);
  });
});

describe('pooling', () => {
  const x = tensor64([5, 5, 5, 5, 1, 9, 9, 1], [1, 1, 4, 2]); // channel 0: 5 5 1 9, channel 1: 5 5 9 1
  const dy = tensor64([1, 2, 4, 8], [1, 1, 2, 2]);

  it('gives all of a maximum’s gradient to the first of equal pixels', () => {
    const op = pool('max', [1, 2]);
    expect([...pooling(op, x).data]).toEqual([5, 5, 9, 9]);
    expect([...poolingGradient(op, x, dy).data]).toEqual([1, 2, 0, 0, 0, 8, 4, 0]);
    expect(poolingLeads(op, x)).toEqual([0, 0, 8, 8]);
  });

  it('by more than the window takes the first pixel of each step, without padding', () => {
    const op = pool('max', [1, 1], 'same');
    expect([...pooling(op, x).data]).toEqual([5, 5, 1, 9]);
    expect([...poolingGradient(op, x, dy).data]).toEqual([1, 2, 0, 0, 4, 8, 0, 0]);
  });

  it('leaves padding out of a mean, and out of its gradient', () => {
    const op: Pool = { ...pool('average', [1, 3], 'same'), strides: [1, 3] }; // windows of the pixels 0, 1 and 2, 3
    const means = pooling(op, x);
    expect(means.shape).toEqual([1, 1, 2, 2]);
    expect([...means.data]).toEqual([5, 5, 5, 5]);
    expect([...poolingGradient(op, x, dy).data]).toEqual([0.5, 1, 0.5, 1, 2, 4, 2, 4]);
  });
});

describe('tensors', () => {
  it('keep the precision of the one they are like', () => {
    const wide = tensor64([1 / 3], [1]);
    expect(zeros([2], wide).data).toBeInstanceOf(Float64Array);
    expect(zeros([2], rounded(wide)).data).toBeInstanceOf(Float32Array);
    expect(rounded(wide).data[0]).toBe(Math.fround(1 / 3));
  });

  it.each([[[1, 2, 3]], [[1]]])('refuse %j for two values', (values) => {
    expect(() => tensor64(values, [2])).toThrow(RangeError);
  });
});

it('a whole pass over float32 arrays is rounded at every node', () => {
  const network = sequence([
    pool('average', [1, 2]),
    { op: 'act', activation: 'sigmoid' },
    { op: 'flatten' },
  ]);
  const images = rounded(tensor64([0.1, 0.2, 0.3, 0.4], [1, 1, 4, 1]));
  const pass = referenceGradients(network, new Map(), images, (result) => result, { mode: 'inference' });
  for (const { data } of [...pass.nodes, ...pass.nodeGradients, pass.input])
    expect(data).toBeInstanceOf(Float32Array);
});
