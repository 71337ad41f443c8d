import { type Network, outputShape } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { conformanceCases } from '../cases.js';
import { drawCase } from '../draw-case.js';
import { judge } from '../verdict.js';
import { referenceForward, referenceGradients, type Variables64 } from './network.js';
import type { Tensor64 } from './tensor.js';

/**
 * Central differences err by h²/6 times the third derivative, and by some 1e-16 / h from rounding: both are near 1e-9
 * at this step. A step changes a value inside the network by more than itself, hence the wide berth of every kink.
 */
const step = 2e-6;
const berth = 1e-4;
const gate = { relativeL2: 1e-6 };
/** Differences of a loss of some hundreds, taken with this step, are this far from an exact 0. */
const zeroGate = { absolute: 1e-6 };

/** Of a large tensor every few values, by a stride that meets every channel and every place of a kernel. */
const sampled = (tensor: Tensor64): readonly number[] => {
  const stride = tensor.data.length > 60 ? 7 : 1;
  return Array.from(tensor.data.keys()).filter((index) => index % stride === 0);
};

const difference = (at: Tensor64, index: number, loss: (moved: Tensor64) => number) => {
  const moved = (by: number) => ({
    ...at,
    data: at.data.map((value, i) => (i === index ? value + by : value)),
  });
  return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
};

const isSmall = (network: Network) =>
  network.stages.length < 2 && network.input[2] <= 6 && network.input[0] <= 7;

describe('referenceGradients', () => {
  const small = conformanceCases.filter(({ network }) => isSmall(network));
  const modes = ['training', 'inference'] as const;
  it.each(modes.flatMap((mode) => small.map((each) => ({ ...each, mode }))))(
    'agrees with finite differences in $mode: $name',
    (each) => {
      const { mode } = each;
      const { network } = each;
      const { variables, pictures, upstream } = drawCase(each, berth);
      const loss = (moved: Variables64, seen: Tensor64) => {
        const { result } = referenceForward(network, moved, seen, { mode });
        return result.data.reduce((sum, value, i) => sum + value * (upstream.data[i] as number), 0);
      };
      const truth = referenceGradients(network, variables, pictures, () => upstream, { mode });
      expect(truth.result.shape.slice(1)).toEqual(outputShape(network));
      const check = (what: string, gradient: Tensor64, at: Tensor64, lossAt: (moved: Tensor64) => number) => {
        const indices = sampled(at);
        const zero = gradient.data.every((value) => Math.abs(value) < 1e-12);
        const verdict = judge(
          what,
          indices.map((index) => gradient.data[index] as number),
          indices.map((index) => difference(at, index, lossAt)),
          zero ? zeroGate : gate,
        );
        expect(verdict.passed, verdict.message).toBe(true);
      };
      check('pictures', truth.input, pictures, (moved) => loss(variables, moved));
      for (const [id, gradient] of truth.weights) {
        const own = variables.get(id) as Tensor64;
        check(id, gradient, own, (moved) => loss(new Map(variables).set(id, moved), pictures));
      }
    },
  );
});
