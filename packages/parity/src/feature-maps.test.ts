import '@tensorflow/tfjs-backend-cpu';
import {
  disposeFeatureMaps,
  disposeVariables,
  featureMaps,
  findNode,
  foldBatchNorm,
  createVariables,
  type Network,
  siteName,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PassCase } from './cases/case.js';
import { toleranceOf, quickPasses } from './cases/quick-passes.test-support.js';
import { sampleCase } from './run/sample-case.js';
import { referenceForward, type ReferenceVariables } from './reference/network.js';
import type { ReferenceTensor } from './reference/tensor.js';
import { compare } from './compare.js';

beforeAll(() => tf.setBackend('cpu'));

const toTensor = ({ data, shape }: ReferenceTensor) => tf.tensor(Float32Array.from(data), [...shape]);
const toVariables = (network: Network, values: ReferenceVariables) =>
  createVariables(network, ({ id }) => Float32Array.from(values.get(id)?.data ?? []));
const first = quickPasses.find(({ group }) => group === 'block') as PassCase;

describe('featureMaps', () => {
  it.each(quickPasses)('agrees with float64 at every node, and leaves no tensors: $name', (each) => {
    const { network } = each;
    const relativeL2 = toleranceOf(each);
    const sample = sampleCase(each);
    const truth = referenceForward(network, sample.variables, sample.images, { mode: 'inference' });
    const before = tf.memory().numTensors;
    const variables = toVariables(network, sample.variables);
    const images = toTensor(sample.images);
    const all = walk(network).map((_, index) => index);
    const inner = all.filter((index) => index % 3 === 1);
    for (const wanted of [all, inner]) {
      const pass = featureMaps(network, variables, images, wanted);
      expect([...pass.maps.keys()]).toEqual(wanted);
      for (const [index, map] of [...pass.maps, [all.length - 1, pass.result] as const]) {
        const expected = truth.nodes[index] as ReferenceTensor;
        expect(map.shape).toEqual(expected.shape);
        const comparison = compare(`node ${index}`, map.dataSync(), expected.data, { relativeL2 });
        expect(comparison.passed, comparison.message).toBe(true);
      }
      disposeFeatureMaps(pass);
      expect(images.isDisposed).toBe(false);
    }
    disposeVariables(variables);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the maps of a folded network: those before folding', () => {
    const network = quickPasses.find(({ name }) => name.includes('short course'))?.network as Network;
    const each = { ...first, network, batch: 2 };
    const sample = sampleCase(each);
    const truth = referenceForward(network, sample.variables, sample.images, { mode: 'inference' });
    const variables = toVariables(network, sample.variables);
    const folded = foldBatchNorm({ network, variables });
    const images = toTensor(sample.images);
    const added = (of: Network) => walk(of).flatMap(({ op, site }) => (op.op === 'add' ? [site] : []));
    const pass = featureMaps(folded.network, folded.variables, images, added(folded.network));
    expect(pass.maps.size).toBe(3);
    for (const site of added(network)) {
      const map = pass.maps.get(findNode(folded.network, site)) as tf.Tensor;
      const expected = truth.nodes[findNode(network, site)] as ReferenceTensor;
      const comparison = compare(siteName(site), map.dataSync(), expected.data, { relativeL2: 5e-5 });
      expect(comparison.passed, comparison.message).toBe(true);
    }
    disposeFeatureMaps(pass);
    disposeVariables(variables);
    disposeVariables(folded.variables);
    images.dispose();
  });

  it('refuses a node that does not exist, and leaves no tensors', () => {
    const sample = sampleCase(first);
    const variables = toVariables(first.network, sample.variables);
    const images = toTensor(sample.images);
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
