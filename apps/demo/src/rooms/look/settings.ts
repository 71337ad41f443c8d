import type { NetworkNode, Padding, Size } from '@resnetjs/core';

/** A setting of an operation, as it is shown. */
export type Setting = readonly [name: string, value: string];

const sides = ([height, width]: Size) => `${height} × ${width}`;
const around = (padding: Padding) =>
  typeof padding === 'string'
    ? padding
    : padding.every((side) => side === padding[0])
      ? String(padding[0])
      : `top ${padding[0]}, bottom ${padding[1]}, left ${padding[2]}, right ${padding[3]}`;

/** The settings of a node's operation, by the names that Keras and PyTorch have, too. */
export function settingsOf(op: NetworkNode['op']): readonly Setting[] {
  switch (op.op) {
    case 'conv':
      return [
        ['filters', String(op.filters)],
        ['kernel size', sides(op.kernelSize)],
        ['strides', sides(op.strides)],
        ['padding', around(op.padding)],
        ['groups', String(op.groups)],
        ['dilation', sides(op.dilations)],
        ['bias', op.bias ? 'yes' : 'no'],
      ];
    case 'norm':
      return [
        ['epsilon', String(op.epsilon)],
        ['momentum', `${op.momentum} (PyTorch’s ${Number((1 - op.momentum).toPrecision(6))})`],
      ];
    case 'act':
      return [['function', op.activation]];
    case 'pad':
      return [['padding', around([op.top, op.bottom, op.left, op.right])]];
    case 'pool':
      return [
        ['kind', op.mode],
        ['window', sides(op.size)],
        ['strides', sides(op.strides)],
        ['padding', around(op.padding)],
      ];
    case 'globalPool':
      return [['kind', 'average']];
    case 'subsample':
      return [
        ['strides', sides(op.strides)],
        ['channels of zeros', `${op.channelsBefore} before, ${op.channelsAfter} after`],
      ];
    case 'dropout':
      return [
        ['rate', String(op.rate)],
        ['per', op.per],
      ];
    case 'dense':
      return [
        ['units', String(op.units)],
        ['activation', op.activation],
      ];
    case 'input':
    case 'add':
    case 'gate':
    case 'flatten':
      return [];
    default:
      return op satisfies never;
  }
}
