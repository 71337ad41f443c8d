import '@tensorflow/tfjs-backend-cpu';
import {
  type BatchNormAttributes,
  type FusedActivation,
  type FusedConvAddAttributes,
  forActivation,
  kernelNames,
  replaceKernels,
} from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { mapOperations } from '../network/map-operations.js';
import type { Activation, Network } from '../network/types.js';
import { foldBatchNorm } from '../rewrite/fold.js';
import { activationGradient } from './activation-gradient.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { forward } from './forward.js';
import { differentiableFusion } from './fusion.js';
import { plan } from './plan.js';
import { disposeVariables, initialize } from './variables.js';

beforeAll(() => tf.setBackend('cpu'));

describe('kernels that say what they fuse', () => {
  const stockConvolution = tf.getKernel(tf.FusedConv2D, 'cpu') as tf.KernelConfig;
  afterEach(() => {
    const names = [...Object.values(kernelNames), tf.FusedConv2D];
    for (const name of names) if (tf.getKernel(name, 'cpu')) tf.unregisterKernel(name, 'cpu');
    tf.registerKernel(stockConvolution);
  });

  it.each(['sigmoid', 'relu'] as const)('give the numbers of %s composed', (activation) => {
    const network = networkWith(activation);
    const composed = computeAll(network);
    const calls = registerKernels([activation]);
    const fused = computeAll(network);
    expect(Object.keys(calls).sort()).toEqual([
      'FusedConv2D',
      'activationGradient',
      'batchNormTraining',
      'batchNormTrainingGradient',
      'fusedAdd',
      'fusedConvAdd',
    ]);
    fused.forEach((values, index) => {
      const difference = values.map((value, i) => Math.abs(value - (composed[index]?.[i] as number)));
      expect(Math.max(...difference)).toBeLessThan(1e-5);
    });
  });

  it.each([
    ['sigmoid', 6],
    ['relu', 0],
    ['relu6', 0],
  ] as const)('that fuse a sigmoid have %s fused %i times', (activation, times) => {
    const calls = registerKernels(['sigmoid']);
    const network = networkWith(activation);
    const instructions = plan(network, differentiableFusion());
    expect(instructions.filter((each) => each.activation === activation)).toHaveLength(times);
    expect(instructions.filter(({ node }) => node.op.op === 'act')).toHaveLength(6 - times);
    computeAll(network);
    if (times === 0) expect(calls).toEqual({});
  });

  it('are not called for a ReLU that they do not fuse; where there is none, core composes it in one instruction', () => {
    const calls = registerKernels(['sigmoid']);
    tf.unregisterKernel(kernelNames.fusedAdd, 'cpu');
    const instructions = plan(networkWith('relu'), differentiableFusion());
    expect(instructions.flatMap(({ node, activation }) => (activation === 'relu' ? node.op.op : []))).toEqual(
      ['add', 'add'],
    );
    computeAll(networkWith('relu'));
    expect(calls).toEqual({});
  });
});

/** Two blocks with one activation throughout: after normalizations or, folded, convolutions, and after additions. */
function networkWith(activation: Activation): Network {
  const first = identityBlock({ kernelSize: 3, filters: [3, 3, 6] });
  const second = convolutionalBlock({ kernelSize: 3, filters: [3, 3, 4] });
  const network = { ...asNetwork(first, [5, 5, 6]), stages: [[first, second]] };
  return mapOperations(network, (ops) => ops.map((op) => (op.op === 'act' ? { ...op, activation } : op)));
}

/** Results, feature map and gradients, in inference and in training. */
function computeAll(network: Network): readonly number[][] {
  const variables = initialize(network);
  const folded = foldBatchNorm({ network, variables });
  const x: tf.Tensor = tf.randomNormal([2, 5, 5, 6], 0, 1, 'float32', 7);
  const before = tf.memory().numTensors;
  const upstream = (result: tf.Tensor) => tf.mul(result, 0.5);
  const inference = [
    forward(network, variables, x),
    forward(folded.network, folded.variables, x),
    ...Object.values(activationGradient(network, variables, x, { at: 2, upstream })),
    ...Object.values(activationGradient(folded.network, folded.variables, x, { at: 0, upstream })),
  ] as tf.Tensor[];
  const pass = differentiate(network, variables, x, upstream, { input: true });
  const { weights, input } = pass.gradients;
  const training = [pass.result, ...pass.moments.values(), ...weights.values(), input as tf.Tensor];
  const values = [...inference, ...training].map((each) => [...each.dataSync()]);
  tf.dispose(inference);
  disposeTrainingPass(pass);
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
  disposeVariables(variables);
  disposeVariables(folded.variables);
  return values;
}

const functions = {
  linear: { apply: (x: tf.Tensor) => x, slope: (y: tf.Tensor) => tf.onesLike(y) },
  relu: { apply: (x: tf.Tensor) => tf.relu(x), slope: (y: tf.Tensor) => tf.step(y) },
  sigmoid: { apply: (x: tf.Tensor) => tf.sigmoid(x), slope: (y: tf.Tensor) => tf.mul(y, tf.sub(1, y)) },
};

type Tensors = Readonly<Record<string, tf.Tensor4D>>;

/** Registers kernels for the cpu backend that fuse the given activations; returns how often each one did. */
function registerKernels(activations: readonly FusedActivation[]): Readonly<Record<string, number>> {
  const calls: Record<string, number> = {};
  const chosen = (kernel: string, activation: FusedActivation | 'linear') => {
    if (activation === 'linear') return forActivation(kernel, activation, functions);
    calls[kernel] = (calls[kernel] ?? 0) + 1;
    expect(activations).toContain(activation);
    return forActivation(kernel, activation, functions);
  };
  const normalize = ({ x, scale, offset, mean, variance }: Tensors, epsilon: number) => {
    const normalized = tf.mul(tf.sub(x!, mean!), tf.rsqrt(tf.add(variance!, epsilon)));
    return { normalized, result: tf.add(tf.mul(normalized, scale!), offset!) };
  };
  const fusing = (kernel: (inputs: Tensors, attrs: never) => tf.Tensor | tf.Tensor[]) => ({
    kernel: (_: object, inputs: Tensors, attrs: never) => tf.tidy(() => kernel(inputs, attrs)),
    activations,
  });
  const axes = [0, 1, 2];
  replaceKernels(
    'cpu',
    {
      [kernelNames.batchNormTraining]: fusing((inputs, { epsilon, activation }: BatchNormAttributes) => {
        const moments = tf.moments(inputs.x!, axes) as { mean: tf.Tensor4D; variance: tf.Tensor4D };
        const { apply } = chosen('batchNormTraining', activation);
        const y = apply(normalize({ ...inputs, ...moments }, epsilon).result);
        return [y, moments.mean, moments.variance];
      }),
      [kernelNames.batchNormTrainingGradient]: fusing(
        (inputs, { epsilon, activation }: BatchNormAttributes) => {
          const { dy, scale, variance } = inputs;
          const { normalized, result } = normalize(inputs, epsilon);
          const { apply, slope } = chosen('batchNormTrainingGradient', activation);
          const g = tf.mul(dy!, slope(apply(result)));
          const projected = tf.mul(normalized, tf.mean(tf.mul(g, normalized), axes));
          const dx = tf.mul(
            tf.sub(tf.sub(g, tf.mean(g, axes)), projected),
            tf.mul(scale!, tf.rsqrt(tf.add(variance!, epsilon))),
          );
          return [dx, tf.sum(tf.mul(g, normalized), axes), tf.sum(g, axes)];
        },
      ),
      [kernelNames.fusedAdd]: fusing(({ a, b }, { activation }: BatchNormAttributes) =>
        chosen('fusedAdd', activation).apply(tf.add(a!, b!)),
      ),
      [kernelNames.activationGradient]: fusing(({ dy, y }, { activation }: BatchNormAttributes) =>
        tf.mul(dy!, chosen('activationGradient', activation).slope(y!)),
      ),
      [kernelNames.fusedConvAdd]: fusing(
        ({ x, filter, bias, addend }, { strides, pad, activation }: FusedConvAddAttributes) => {
          const sum = tf.add(tf.add(tf.conv2d(x!, filter!, [...strides], pad), bias!), addend!);
          return chosen('fusedConvAdd', activation).apply(sum);
        },
      ),
      [tf.FusedConv2D]: fusing(({ x, filter, bias }, { strides, pad, activation }: tf.FusedConv2DAttrs) => {
        const sum = tf.add(tf.conv2d(x!, filter!, strides, pad as 'same'), bias!);
        return chosen('FusedConv2D', activation as FusedActivation).apply(sum);
      }),
    },
    { backend: tf.backend() },
  );
  return calls;
}
