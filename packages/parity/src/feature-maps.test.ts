import '@tensorflow/tfjs-backend-cpu';
import {
  disposeFeatureMaps,
  disposeVariables,
  featureMaps,
  findStep,
  fold,
  makeVariables,
  type Network,
  siteName,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, conformanceCases } from './cases.js';
import { drawCase } from './draw-case.js';
import { referenceForward, type Variables64 } from './reference/network.js';
import type { Tensor64 } from './reference/tensor.js';
import { judge } from './verdict.js';

beforeAll(() => tf.setBackend('cpu'));

const toTensor = ({ data, shape }: Tensor64) => tf.tensor(Float32Array.from(data), [...shape]);
const toVariables = (network: Network, values: Variables64) =>
  makeVariables(network, ({ id }) => Float32Array.from(values.get(id)?.data ?? []));
const [first] = conformanceCases as [ConformanceCase];

describe('featureMaps', () => {
  it.each(conformanceCases)('gives every step of $name as float64 does, and leaves no tensor', (each) => {
    const { network, relativeL2 } = each;
    const drawn = drawCase(each);
    const truth = referenceForward(network, drawn.variables, drawn.pictures, { mode: 'inference' });
    const before = tf.memory().numTensors;
    const variables = toVariables(network, drawn.variables);
    const pictures = toTensor(drawn.pictures);
    const all = walk(network).map((_, index) => index);
    const inner = all.filter((index) => index % 3 === 1);
    for (const wanted of [all, inner]) {
      const pass = featureMaps(network, variables, pictures, wanted);
      expect([...pass.maps.keys()]).toEqual(wanted);
      for (const [index, map] of [...pass.maps, [all.length - 1, pass.result] as const]) {
        const expected = truth.steps[index] as Tensor64;
        expect(map.shape).toEqual(expected.shape);
        const verdict = judge(`step ${index}`, map.dataSync(), expected.data, { relativeL2 });
        expect(verdict.passed, verdict.message).toBe(true);
      }
      disposeFeatureMaps(pass);
      expect(pictures.isDisposed).toBe(false);
    }
    disposeVariables(variables);
    pictures.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the maps of a folded network: those of the normalizations before', () => {
    const network = conformanceCases.find(({ name }) => name.includes('thin course'))?.network as Network;
    const each = { ...first, network, batch: 2 };
    const drawn = drawCase(each);
    const truth = referenceForward(network, drawn.variables, drawn.pictures, { mode: 'inference' });
    const variables = toVariables(network, drawn.variables);
    const folded = fold({ network, variables });
    const pictures = toTensor(drawn.pictures);
    const added = (of: Network) => walk(of).flatMap(({ op, site }) => (op.op === 'add' ? [site] : []));
    const pass = featureMaps(folded.network, folded.variables, pictures, added(folded.network));
    expect(pass.maps.size).toBe(3);
    for (const site of added(network)) {
      const map = pass.maps.get(findStep(folded.network, site)) as tf.Tensor;
      const expected = truth.steps[findStep(network, site)] as Tensor64;
      const verdict = judge(siteName(site), map.dataSync(), expected.data, { relativeL2: 5e-5 });
      expect(verdict.passed, verdict.message).toBe(true);
    }
    disposeFeatureMaps(pass);
    disposeVariables(variables);
    disposeVariables(folded.variables);
    pictures.dispose();
  });

  it('refuses a step that is not there, and leaves no tensor', () => {
    const drawn = drawCase(first);
    const variables = toVariables(first.network, drawn.variables);
    const pictures = toTensor(drawn.pictures);
    const before = tf.memory().numTensors;
    const run = (step: Parameters<typeof featureMaps>[3][number]) => () =>
      featureMaps(first.network, variables, pictures, [1, step]);
    expect(run(99)).toThrow('has no step 99: it has steps 0 to 10, the last of them stage0.block0.postact.0');
    expect(run(1.5)).toThrow('has no step 1.5');
    expect(run({ part: 'head', index: 0 })).toThrow('has no step head.0');
    expect(tf.memory().numTensors).toBe(before);
    disposeVariables(variables);
    pictures.dispose();
  });
});
