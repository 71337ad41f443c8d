import '@tensorflow/tfjs-backend-cpu';
import { type FusingKernelConfig, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { walk } from '../network/walk.js';
import { courseResNet50 } from '../networks/course.js';
import { foldBatchNorm } from '../rewrite/fold.js';
import { featureMaps } from './feature-maps.js';
import { forward } from './forward.js';
import { type Fusion, plan } from './plan.js';
import { disposeVariables, initialize } from './variables.js';

beforeAll(() => tf.setBackend('cpu'));

const relus: Fusion = { conv: ['relu'], norm: ['relu'], add: ['relu'], convAdd: [] };

describe('plan', () => {
  it.each([
    ['relu', true],
    ['relu6', false],
    ['sigmoid', false],
  ] as const)('fuses %s with the addition before it: %s', (activation, fused) => {
    const block = identityBlock({ filters: [2, 2, 3] });
    const network = asNetwork({ ...block, postact: [{ op: 'act', activation }] }, [4, 4, 3]);
    for (const convAdd of [[], ['relu']] as const) {
      const last = plan(network, { ...relus, convAdd }).at(-1);
      expect([last?.node.op.op, last?.activation]).toEqual(fused ? ['add', 'relu'] : ['act', 'linear']);
    }
  });

  it('fuses what it is asked to, by operation, and keeps a plan for each', () => {
    const network = courseResNet50();
    const fusedNodes = (fusion: Fusion) =>
      plan(network, fusion).flatMap(({ node, activation }) => (activation === 'linear' ? [] : node.op.op));
    const [norms, adds] = [Array(33).fill('norm'), Array(16).fill('add')];
    expect(fusedNodes({ ...relus, norm: [] })).toEqual(adds);
    expect(fusedNodes({ ...relus, add: ['sigmoid'] })).toEqual(norms);
    expect(fusedNodes(relus).sort()).toEqual([...adds, ...norms]);
    expect(plan(network, { ...relus })).toBe(plan(network, relus));
    expect(plan(network, { ...relus, add: [] })).not.toBe(plan(network, relus));
  });

  it('fuses the convolution before each addition of a folded network, and keeps its input until then', () => {
    const network = courseResNet50();
    const variables = initialize(network);
    const folded = foldBatchNorm({ network, variables });
    disposeVariables(variables);
    disposeVariables(folded.variables);
    const instructions = plan(folded.network, { ...relus, convAdd: ['relu'] });
    expect(instructions.filter(({ convolution }) => convolution !== null)).toHaveLength(16);
    expect(plan(network, { ...relus, convAdd: ['relu'] }).some(({ convolution }) => convolution)).toBe(false);
    const alive = new Set([0]);
    for (const { from, result, lastUses } of instructions) {
      for (const each of from) expect(alive.has(each)).toBe(true);
      alive.add(result);
      for (const each of lastUses) alive.delete(each);
    }
    expect([...alive]).toEqual([walk(folded.network).length - 1]);
  });
});

describe('the fusedConvAdd kernel', () => {
  afterEach(() => tf.unregisterKernel(kernelNames.fusedConvAdd, 'cpu'));

  it('is called if the backend has it, but not for a node whose own result is needed', () => {
    let calls = 0;
    const config: FusingKernelConfig = {
      activations: ['relu'],
      kernelName: kernelNames.fusedConvAdd,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls++;
        const { x, filter, bias, addend } = inputs as unknown as Record<string, tf.Tensor4D>;
        const { strides, pad } = attrs as unknown as { strides: [number, number]; pad: 'same' | 'valid' };
        return tf.tidy(() => tf.relu(tf.add(tf.add(tf.conv2d(x!, filter!, strides, pad), bias!), addend!)));
      },
    };
    tf.registerKernel(config);
    const block = identityBlock({ kernelSize: 3, filters: [3, 3, 6] });
    const network = {
      ...asNetwork(block, [5, 5, 6]),
      stages: [[block, convolutionalBlock({ kernelSize: 3, filters: [3, 3, 4] })]],
    };
    const variables = initialize(network);
    const folded = foldBatchNorm({ network, variables });
    const x = tf.randomNormal([2, 5, 5, 6], 0, 1, 'float32', 7);
    const before = tf.memory().numTensors;
    const expected = forward(network, variables, x);
    expect(calls).toBe(0);
    const fused = forward(folded.network, folded.variables, x);
    expect(calls).toBe(2);
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(fused, expected))).dataSync()[0]);
    expect(difference).toBeLessThan(1e-6);
    const add = walk(folded.network).findIndex(({ op }) => op.op === 'add');
    const { result, maps } = featureMaps(folded.network, folded.variables, x, [add]);
    expect(calls).toBe(3);
    tf.dispose([expected, fused, result, ...maps.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
