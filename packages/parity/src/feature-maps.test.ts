import '@tensorflow/tfjs-backend-cpu';
import {
  disposeFeatureMaps,
  disposeVariables,
  featureMaps,
  findNode,
  fold,
  makeVariables,
  type Network,
  siteName,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PassCase } from './cases/case.js';
import { gateOf, quickPasses } from './cases/quick-passes.test-support.js';
import { sampleCase } from './run/sample-case.js';
import { referenceForward, type ReferenceVariables } from './reference/network.js';
import type { ReferenceTensor } from './reference/tensor.js';
import { compare } from './verdict.js';

beforeAll(() => tf.setBackend('cpu'));

const toTensor = ({ data, shape }: ReferenceTensor) => tf.tensor(Float32Array.from(data), [...shape]);
const toVariables = (network: Network, values: ReferenceVariables) =>
  makeVariables(network, ({ id }) => Float32Array.from(values.get(id)?.data ?? []));
const first = quickPasses.find(({ group }) => group === 'block') as PassCase;

describe('featureMaps', () => {
  it.each(quickPasses)('gives every step of $name as float64 does, and leaves no tensor', (each) => {
    const { network } = each;
    const relativeL2 = gateOf(each);
    const drawn = sampleCase(each);
    const truth = referenceForward(network, drawn.variables, drawn.images, { mode: 'inference' });
    const before = tf.memory().numTensors;
    const variables = toVariables(network, drawn.variables);
    const images = toTensor(drawn.images);
    const all = walk(network).map((_, index) => index);
    const inner = all.filter((index) => index % 3 === 1);
    for (const wanted of [all, inner]) {
      const pass = featureMaps(network, variables, images, wanted);
      expect([...pass.maps.keys()]).toEqual(wanted);
      for (const [index, map] of [...pass.maps, [all.length - 1, pass.result] as const]) {
        const expected = truth.nodes[index] as ReferenceTensor;
        expect(map.shape).toEqual(expected.shape);
        const verdict = compare(`step ${index}`, map.dataSync(), expected.data, { relativeL2 });
        expect(verdict.passed, verdict.message).toBe(true);
      }
      disposeFeatureMaps(pass);
      expect(images.isDisposed).toBe(false);
    }
    disposeVariables(variables);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the maps of a folded network: those of the normalizations before', () => {
    const network = quickPasses.find(({ name }) => name.includes('short course'))?.network as Network;
    const each = { ...first, network, batch: 2 };
    const drawn = sampleCase(each);
    const truth = referenceForward(network, drawn.variables, drawn.images, { mode: 'inference' });
    const variables = toVariables(network, drawn.variables);
    const folded = fold({ network, variables });
    const images = toTensor(drawn.images);
    const added = (of: Network) => walk(of).flatMap(({ op, site }) => (op.op === 'add' ? [site] : []));
    const pass = featureMaps(folded.network, folded.variables, images, added(folded.network));
    expect(pass.maps.size).toBe(3);
    for (const site of added(network)) {
      const map = pass.maps.get(findNode(folded.network, site)) as tf.Tensor;
      const expected = truth.nodes[findNode(network, site)] as ReferenceTensor;
      const verdict = compare(siteName(site), map.dataSync(), expected.data, { relativeL2: 5e-5 });
      expect(verdict.passed, verdict.message).toBe(true);
    }
    disposeFeatureMaps(pass);
    disposeVariables(variables);
    disposeVariables(folded.variables);
    images.dispose();
  });

  it('refuses a step that is not there, and leaves no tensor', () => {
    const drawn = sampleCase(first);
    const variables = toVariables(first.network, drawn.variables);
    const images = toTensor(drawn.images);
    const before = tf.memory().numTensors;
    const run = (node: Parameters<typeof featureMaps>[3][number]) => () =>
      featureMaps(first.network, variables, images, [1, node]);
    expect(run(99)).toThrow('has no node 99: its nodes are 0 to 10, and the last is stage0.block0.postact.0');
    expect(run(1.5)).toThrow('has no node 1.5');
    expect(run({ part: 'head', index: 0 })).toThrow('has no node head.0');
    expect(tf.memory().numTensors).toBe(before);
    disposeVariables(variables);
    images.dispose();
  });
});
