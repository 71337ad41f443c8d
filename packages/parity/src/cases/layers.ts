import { type Conv, initializers, type Network, type Op, type Padding, type Pool } from '@resnetjs/core';

// Layers with defaults that suit most cases.

const initializer = initializers.glorotUniform();

export function conv(filters: number, size: number, stride: number, padding: Padding): Conv {
  return {
    op: 'conv',
    filters,
    kernelSize: [size, size],
    strides: [stride, stride],
    padding,
    groups: 1,
    dilations: [1, 1],
    bias: true,
    initializer,
  };
}

export const norm: Op = {
  op: 'norm',
  epsilon: 1e-3,
  momentum: 0.99,
  scaleInitializer: { kind: 'ones' },
  runningVariance: 'biased',
};
export const relu: Op = { op: 'act', activation: 'relu' };
export const relu6: Op = { op: 'act', activation: 'relu6' };
export const sigmoid: Op = { op: 'act', activation: 'sigmoid' };

export function pool(mode: Pool['mode'], size: number, stride: number, padding: Padding): Pool {
  return { op: 'pool', mode, size: [size, size], strides: [stride, stride], padding };
}

export const dropout = (rate: number): Op => ({ op: 'dropout', rate, per: 'value' });

export const dense: Op = { op: 'dense', units: 5, activation: 'softmax', initializer };

/** A network of layers in sequence, without blocks. */
export function sequence(name: string, input: Network['input'], ops: readonly Op[]): Network {
  return { name, input, inputName: 'input_1', stem: ops, stages: [], head: [] };
}
