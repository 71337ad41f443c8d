import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, gradCam, activationGradient, createVariables, walk } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PassCase } from './cases/case.js';
import { toleranceOf, quickPasses } from './cases/quick-passes.test-support.js';
import { type Sample, sampleCase } from './run/sample-case.js';
import { referenceGradients } from './reference/network.js';
import { sizeOf, type ReferenceTensor } from './reference/tensor.js';
import { compare } from './compare.js';

beforeAll(() => tf.setBackend('cpu'));

const toTensor = ({ data, shape }: ReferenceTensor) => tf.tensor(Float32Array.from(data), [...shape]);
const toVariables = ({ network }: PassCase, { variables }: Sample) =>
  createVariables(network, ({ id }) => Float32Array.from(variables.get(id)?.data ?? []));

/** Nodes at a network's beginning, middle and end; the more the smaller it is: each takes a pass of its own. */
function chosen(count: number): readonly number[] {
  const stride = count > 20 ? Math.max(7, Math.ceil(count / 5)) : 2;
  return Array.from({ length: count }, (_, index) => index).filter((index) => index % stride === 0);
}

describe('activationGradient', () => {
  it.each(quickPasses)('agrees with float64, and leaves no tensors: $name', (each) => {
    const { network } = each;
    const relativeL2 = toleranceOf(each);
    const sample = sampleCase(each, { mode: 'inference' });
    const truth = referenceGradients(network, sample.variables, sample.images, () => sample.upstream, {
      mode: 'inference',
    });
    const before = tf.memory().numTensors;
    const variables = toVariables(each, sample);
    const images = toTensor(sample.images);
    for (const at of chosen(walk(network).length)) {
      const upstream = () => toTensor(sample.upstream);
      const { result, map, gradient } = activationGradient(network, variables, images, { at, upstream });
      const pairs = [
        ['result', result, truth.result],
        [`map ${at}`, map, truth.nodes[at]],
        [`gradient ${at}`, gradient, truth.nodeGradients[at]],
      ] as const;
      for (const [what, actual, expected] of pairs) {
        expect(actual.shape).toEqual(expected?.shape);
        const comparison = compare(what, actual.dataSync(), expected?.data ?? [], { relativeL2 });
        expect(comparison.passed, comparison.message).toBe(true);
      }
      tf.dispose([result, map, gradient]);
    }
    disposeVariables(variables);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a gradient of another shape, and leaves no tensors', () => {
    const each = quickPasses.find(({ group }) => group === 'block') as PassCase;
    const sample = sampleCase(each, { mode: 'inference' });
    const variables = toVariables(each, sample);
    const images = toTensor(sample.images);
    const before = tf.memory().numTensors;
    const run = () =>
      activationGradient(each.network, variables, images, { at: 1, upstream: () => tf.zeros([1]) });
    expect(run).toThrow('result must have its shape, [3, 4, 4, 6], but upstream returned [1]');
    expect(tf.memory().numTensors).toBe(before);
    disposeVariables(variables);
    images.dispose();
  });
});

describe('gradCam', () => {
  const withHead = quickPasses.filter(({ network }) => network.head.length > 0);

  it.each(withHead)('agrees with float64: $name', (each) => {
    const sample = sampleCase(each, { mode: 'inference' });
    const { network } = each;
    const classIndex = 2;
    const truth = referenceGradients(
      network,
      sample.variables,
      sample.images,
      ({ shape, data }) => ({
        shape,
        data: data.map((_, i) => (i % (shape[1] as number) === classIndex ? 1 : 0)),
      }),
      { mode: 'inference' },
    );
    const nodes = walk(network);
    const isPooling = (op: (typeof nodes)[number]['op']) => op.op === 'pool' || op.op === 'globalPool';
    const at = nodes.find(({ site, op }) => site.part === 'head' && isPooling(op))?.from[0] as number;
    const expected = weigh(truth.nodes[at] as ReferenceTensor, truth.nodeGradients[at] as ReferenceTensor);
    const variables = toVariables(each, sample);
    const images = toTensor(sample.images);
    const heat = gradCam({ network, variables }, images, { classIndex });
    expect(heat.shape).toEqual(truth.nodes[at]?.shape.slice(0, 3));
    const comparison = compare('heat', heat.dataSync(), expected, { relativeL2: toleranceOf(each) });
    expect(comparison.passed, comparison.message).toBe(true);
    disposeVariables(variables);
    tf.dispose([images, heat]);
  });
});

/** Grad-CAM of each image (Selvaraju et al. 2017), written out: map and gradient are `[batch, height, width, channels]`. */
function weigh(map: ReferenceTensor, gradient: ReferenceTensor): Float64Array {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  const positions = height * width;
  const heat = new Float64Array(sizeOf([batch, positions]));
  for (let image = 0; image < batch; image++) {
    const start = image * positions * channels;
    const weights = new Float64Array(channels);
    for (let i = 0; i < positions * channels; i++) {
      weights[i % channels]! += (gradient.data[start + i] as number) / positions;
    }
    let max = 0;
    for (let position = 0; position < positions; position++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        sum += (weights[channel] as number) * (map.data[start + position * channels + channel] as number);
      }
      heat[image * positions + position] = Math.max(sum, 0);
      max = Math.max(max, sum);
    }
    for (let position = 0; position < positions; position++) {
      if (max > 0) heat[image * positions + position]! /= max;
    }
  }
  return heat;
}
