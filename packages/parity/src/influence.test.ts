import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, gradCam, influence, makeVariables, walk } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, conformanceCases } from './cases.js';
import { type Drawn, drawCase } from './draw-case.js';
import { referenceGradients } from './reference/network.js';
import { sizeOf, type Tensor64 } from './reference/tensor.js';
import { judge } from './verdict.js';

beforeAll(() => tf.setBackend('cpu'));

const toTensor = ({ data, shape }: Tensor64) => tf.tensor(Float32Array.from(data), [...shape]);
const toVariables = ({ network }: ConformanceCase, { variables }: Drawn) =>
  makeVariables(network, ({ id }) => Float32Array.from(variables.get(id)?.data ?? []));

/** Steps at a case's beginning, middle and end, more of a small one. */
function chosen(count: number): readonly number[] {
  const stride = count > 20 ? 7 : 2;
  return Array.from({ length: count }, (_, index) => index).filter((index) => index % stride === 0);
}

describe('influence', () => {
  it.each(conformanceCases)(
    'gives maps and gradients of $name as float64 does, and leaves no tensor',
    (each) => {
      const { network, relativeL2 } = each;
      const drawn = drawCase(each);
      const truth = referenceGradients(network, drawn.variables, drawn.pictures, () => drawn.upstream, {
        mode: 'inference',
      });
      const before = tf.memory().numTensors;
      const variables = toVariables(each, drawn);
      const pictures = toTensor(drawn.pictures);
      for (const at of chosen(walk(network).length)) {
        const upstream = () => toTensor(drawn.upstream);
        const { result, map, gradient } = influence(network, variables, pictures, { at, upstream });
        const pairs = [
          ['result', result, truth.result],
          [`map ${at}`, map, truth.steps[at]],
          [`gradient ${at}`, gradient, truth.stepGradients[at]],
        ] as const;
        for (const [what, actual, expected] of pairs) {
          expect(actual.shape).toEqual(expected?.shape);
          const verdict = judge(what, actual.dataSync(), expected?.data ?? [], { relativeL2 });
          expect(verdict.passed, verdict.message).toBe(true);
        }
        tf.dispose([result, map, gradient]);
      }
      disposeVariables(variables);
      pictures.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('refuses a gradient of another shape, and leaves no tensor', () => {
    const [each] = conformanceCases as [ConformanceCase];
    const drawn = drawCase(each);
    const variables = toVariables(each, drawn);
    const pictures = toTensor(drawn.pictures);
    const before = tf.memory().numTensors;
    const run = () => influence(each.network, variables, pictures, { at: 1, upstream: () => tf.zeros([1]) });
    expect(run).toThrow('result must have its shape, [3, 4, 4, 6], but upstream returned [1]');
    expect(tf.memory().numTensors).toBe(before);
    disposeVariables(variables);
    pictures.dispose();
  });
});

describe('gradCam', () => {
  const withHead = conformanceCases.filter(({ network }) => network.head.length > 0);

  it.each(withHead)('agrees with float64: $name', (each) => {
    const drawn = drawCase(each);
    const { network } = each;
    const classIndex = 2;
    const truth = referenceGradients(
      network,
      drawn.variables,
      drawn.pictures,
      ({ shape, data }) => ({
        shape,
        data: data.map((_, i) => (i % (shape[1] as number) === classIndex ? 1 : 0)),
      }),
      { mode: 'inference' },
    );
    const steps = walk(network);
    const at = steps.find(({ site, op }) => site.part === 'head' && op.op === 'pool')?.from[0] as number;
    const expected = weigh(truth.steps[at] as Tensor64, truth.stepGradients[at] as Tensor64);
    const variables = toVariables(each, drawn);
    const pictures = toTensor(drawn.pictures);
    const heat = gradCam({ network, variables }, pictures, { classIndex });
    expect(heat.shape).toEqual(truth.steps[at]?.shape.slice(0, 3));
    const verdict = judge('heat', heat.dataSync(), expected, { relativeL2: each.relativeL2 });
    expect(verdict.passed, verdict.message).toBe(true);
    disposeVariables(variables);
    tf.dispose([pictures, heat]);
  });
});

/** Grad-CAM of each picture, written out. */
function weigh(map: Tensor64, gradient: Tensor64): Float64Array {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  const positions = height * width;
  const heat = new Float64Array(sizeOf([batch, positions]));
  for (let picture = 0; picture < batch; picture++) {
    const start = picture * positions * channels;
    const weights = new Float64Array(channels);
    for (let i = 0; i < positions * channels; i++) {
      weights[i % channels]! += (gradient.data[start + i] as number) / positions;
    }
    let most = 0;
    for (let position = 0; position < positions; position++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        sum += (weights[channel] as number) * (map.data[start + position * channels + channel] as number);
      }
      heat[picture * positions + position] = Math.max(sum, 0);
      most = Math.max(most, sum);
    }
    for (let position = 0; position < positions; position++) {
      if (most > 0) heat[picture * positions + position]! /= most;
    }
  }
  return heat;
}
