import { outputShape } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { blockCases } from '../cases/blocks.js';
import { operationCases } from '../cases/operations.js';
import { sampleCase } from '../run/sample-case.js';
import { compare } from '../compare.js';
import { referenceForward, referenceGradients, type ReferenceVariables } from './network.js';
import { numbers, type ReferenceTensor } from './tensor.js';

/**
 * Central differences are off by h²/6 times the third derivative, and by some 1e-16 / h from rounding: both are near 1e-9
 * with this step h. Values inside the network change by more than h, hence the wide distance from every kink.
 */
const step = 2e-6;
const clearance = 1e-4;
const tolerance = { relativeL2: 1e-6 };
/** Finite differences of a loss of some hundreds are this far from an exact 0. */
const zeroTolerance = { absolute: 1e-6 };

/** Indices to check: of a large tensor every seventh, which meets every channel and every tap of a kernel. */
const chosenIndices = (tensor: ReferenceTensor): readonly number[] => {
  const stride = tensor.data.length > 60 ? 7 : 1;
  return Array.from(tensor.data.keys()).filter((index) => index % stride === 0);
};

const difference = (at: ReferenceTensor, index: number, loss: (moved: ReferenceTensor) => number) => {
  const moved = (by: number) => ({
    ...at,
    data: at.data.map((value, i) => (i === index ? value + by : value)),
  });
  return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
};

/**
 * Every block, and the operations that are small enough for many finite differences. Not those whose ReLU's input is 0 by
 * design: the gradient there is that of one side, which differences don't show.
 */
const cases = [...operationCases.filter(({ level }) => level === 'quick').slice(0, 28), ...blockCases].filter(
  ({ channelsOff, network: { input, stages } }) =>
    !channelsOff && stages.length < 2 && input[2] <= 6 && input[0] <= 7,
);

describe('referenceGradients', () => {
  const modes = ['training', 'inference'] as const;
  it.each(modes.flatMap((mode) => cases.map((each) => ({ ...each, mode }))))(
    'agrees with finite differences in $mode: $name',
    (each) => {
      const { mode, network } = each;
      const { variables, images, upstream } = sampleCase(each, { distance: clearance, mode });
      const loss = (moved: ReferenceVariables, seen: ReferenceTensor) => {
        const { result } = referenceForward(network, moved, seen, { mode });
        return numbers(result).reduce((sum, value, i) => sum + value * (upstream.data[i] as number), 0);
      };
      const truth = referenceGradients(network, variables, images, () => upstream, { mode });
      expect(truth.result.shape.slice(1)).toEqual(outputShape(network));
      const check = (
        what: string,
        gradient: ReferenceTensor,
        at: ReferenceTensor,
        lossAt: (moved: ReferenceTensor) => number,
      ) => {
        const indices = chosenIndices(at);
        const zero = gradient.data.every((value) => Math.abs(value) < 1e-12);
        const comparison = compare(
          what,
          indices.map((index) => gradient.data[index] as number),
          indices.map((index) => difference(at, index, lossAt)),
          zero ? zeroTolerance : tolerance,
        );
        expect(comparison.passed, comparison.message).toBe(true);
      };
      check('images', truth.input, images, (moved) => loss(variables, moved));
      for (const [id, gradient] of truth.weights) {
        const own = variables.get(id) as ReferenceTensor;
        check(id, gradient, own, (moved) => loss(new Map(variables).set(id, moved), images));
      }
    },
  );
});
