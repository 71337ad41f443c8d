import {
  type Act,
  type Conv,
  type Dropout,
  type GlobalPool,
  initializers,
  type Network,
  type Norm,
  type Op,
  type Padding,
  type Pool,
  type Size,
} from '@resnetjs/core';

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

export const norm: Norm = {
  op: 'norm',
  epsilon: 1e-3,
  momentum: 0.99,
  scaleInitializer: { kind: 'ones' },
  runningVariance: 'biased',
};
export const relu: Act = { op: 'act', activation: 'relu' };
export const relu6: Act = { op: 'act', activation: 'relu6' };
export const sigmoid: Act = { op: 'act', activation: 'sigmoid' };

export function pool(mode: Pool['mode'], size: number, stride: number, padding: Padding): Pool {
  return { op: 'pool', mode, size: [size, size], strides: [stride, stride], padding };
}

export const dropout = (rate: number, per: Dropout['per'] = 'value'): Op => ({ op: 'dropout', rate, per });

export const globalPool = (keepDims: boolean): GlobalPool => ({ op: 'globalPool', keepDims });

export function subsample(strides: Size, channelsBefore: number, channelsAfter: number): Op {
  return { op: 'subsample', strides, channelsBefore, channelsAfter };
}

/** Squeeze-and-excitation. */
export function gate(channels: number, squeezed: number): Op {
  const pixelwise = (filters: number) => conv(filters, 1, 1, 'valid');
  return { op: 'gate', gate: [globalPool(true), pixelwise(squeezed), relu, pixelwise(channels), sigmoid] };
}

export const dense: Op = { op: 'dense', units: 5, activation: 'softmax', initializer };

/** A network of layers in sequence, without blocks. */
export function sequence(name: string, input: Network['input'], ops: readonly Op[]): Network {
  return { name, input, inputName: 'input_1', stem: ops, stages: [], head: [] };
}
