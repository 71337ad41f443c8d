import { ResNetError } from '../errors.js';
import { blockName, layerNames } from './names.js';
import type { Gate, Network, Op, Padding, Shape, Size } from './types.js';
import { type NetworkNode, walk } from './walk.js';

/**
 * The shape of every node's result, without the batch axis, in the order of `walk`. Throws `shape-mismatch`, naming the
 * layer that doesn't fit.
 *
 * @example
 * shapes(courseResNet50())[2]; // [32, 32, 64], of conv1
 */
export function shapes(network: Network): readonly Shape[] {
  const results: Shape[] = [];
  walk(network).forEach((node, index) => {
    const inputs = node.from.map((from) => results[from] as Shape);
    results.push(nodeShape(network, node, index, inputs));
  });
  return results;
}

/** The shape of the network's result, without the batch axis: [classes] for a classifier. Throws as `shapes` does. */
export function outputShape(network: Network): Shape {
  return shapes(network).at(-1) as Shape;
}

function nodeShape(network: Network, node: NetworkNode, index: number, inputs: readonly Shape[]): Shape {
  const misfit = (problem: string) =>
    new ResNetError(
      'shape-mismatch',
      `${network.name}, ${blockName(network, node.site)}: layer ${layerNames(network)[index]} ${problem}.`,
      {
        network: network.name,
        site: node.site,
        inputs,
      },
    );
  if (node.op.op === 'input') {
    if (!network.input.every(isCount))
      throw misfit(`takes ${show(network.input)}; sizes must be positive whole numbers`);
    return network.input;
  }
  const input = inputs[0] as Shape;
  if (node.op.op === 'add') {
    const shortcut = inputs[1] as Shape;
    if (show(input) !== show(shortcut)) {
      throw misfit(
        `adds a branch of shape ${show(input)} to a shortcut of shape ${show(shortcut)}: ` +
          'give the branch that shape, or the block a projection shortcut',
      );
    }
    return input;
  }
  if (node.op.op === 'gate') {
    if (node.op.gate.length === 0) throw misfit('has an empty gate; it needs at least one operation');
    const factors = inputs[1] as Shape;
    if (show(factors) !== show(input) && show(factors) !== show([1, 1, ...input.slice(-1)])) {
      throw misfit(
        `multiplies ${show(input)} by factors of shape ${show(factors)}: the gate must give as many channels, ` +
          'on a map of the same size or of one pixel',
      );
    }
    return input;
  }
  return opShape(node.op, input, misfit);
}

function opShape(op: Exclude<Op, Gate>, input: Shape, misfit: (problem: string) => ResNetError): Shape {
  const [height, width, channels] = input as [number, number, number];
  const needsMap = ['conv', 'pool', 'pad', 'globalPool', 'subsample'].includes(op.op);
  if (needsMap && input.length !== 3)
    throw misfit(`needs [height, width, channels], but gets ${show(input)}`);
  const window = (kernel: Size, strides: Size, padding: Padding, dilations: Size = [1, 1]): Size => {
    const reach = kernel.map((side, axis) => (side - 1) * (dilations[axis] as number) + 1) as [
      number,
      number,
    ];
    const size = [
      windowCount(height, reach[0], strides[0], padding, 0),
      windowCount(width, reach[1], strides[1], padding, 2),
    ] as const;
    const margins = typeof padding === 'string' ? [] : padding;
    const fits = margins.every((margin, side) => isMargin(margin) && margin < (reach[side >> 1] as number));
    if (!fits || ![...kernel, ...strides, ...dilations, ...size].every(isCount)) {
      throw misfit(
        `cannot move a ${kernel.join('×')} window by ${strides.join('×')} over ${height}×${width} ` +
          `(padding: ${padding}${dilations.some((each) => each !== 1) ? `; dilation: ${dilations.join('×')}` : ''}): ` +
          'the image is too small, a size is not a positive whole number, or there is more padding than window',
      );
    }
    return size;
  };
  switch (op.op) {
    case 'conv':
      if (!isCount(op.filters)) throw misfit(`has ${op.filters} filters; it needs a positive whole number`);
      if (!isCount(op.groups) || channels % op.groups !== 0 || op.filters % op.groups !== 0) {
        throw misfit(
          `has ${op.groups} groups, ${channels} channels and ${op.filters} filters; the groups must be a positive whole ` +
            'number that divides both',
        );
      }
      return [...window(op.kernelSize, op.strides, op.padding, op.dilations), op.filters];
    case 'pool':
      return [...window(op.size, op.strides, op.padding), channels];
    case 'pad':
      if (![op.top, op.bottom, op.left, op.right].every(isMargin)) {
        throw misfit(
          `pads by [${[op.top, op.bottom, op.left, op.right].join(', ')}]; it needs whole numbers of at least 0`,
        );
      }
      return [height + op.top + op.bottom, width + op.left + op.right, channels];
    case 'globalPool':
      return op.keepDims ? [1, 1, channels] : [channels];
    case 'subsample':
      if (![op.channelsBefore, op.channelsAfter].every(isMargin) || !op.strides.every(isCount)) {
        throw misfit(
          `takes every ${op.strides.join('×')}th pixel, with ${op.channelsBefore} and ${op.channelsAfter} channels of zeros; ` +
            'it needs positive whole strides, and whole numbers of channels of at least 0',
        );
      }
      return [
        Math.ceil(height / op.strides[0]),
        Math.ceil(width / op.strides[1]),
        op.channelsBefore + channels + op.channelsAfter,
      ];
    case 'flatten':
      return [input.reduce((a, b) => a * b, 1)];
    case 'dense':
      if (input.length !== 1) throw misfit(`needs [features], but gets ${show(input)}: flatten first`);
      if (!isCount(op.units)) throw misfit(`has ${op.units} units; it needs a positive whole number`);
      return [op.units];
    case 'norm':
      if (!(op.epsilon > 0 && op.momentum >= 0 && op.momentum <= 1)) {
        throw misfit(
          `has epsilon ${op.epsilon} and momentum ${op.momentum}; epsilon must be positive, and momentum between 0 and 1`,
        );
      }
      return input;
    case 'dropout':
      if (!(op.rate >= 0 && op.rate < 1)) {
        throw misfit(`has a rate of ${op.rate}; it must be at least 0 and less than 1`);
      }
      return input;
    case 'act':
      return input;
    default:
      return op satisfies never;
  }
}

/** `side` is the index in `Margins` of the one before. */
function windowCount(size: number, reach: number, stride: number, padding: Padding, side: 0 | 2): number {
  if (padding === 'same') return Math.ceil(size / stride);
  const around = padding === 'valid' ? 0 : padding[side] + padding[side === 0 ? 1 : 3];
  return Math.floor((size + around - reach) / stride) + 1;
}

function isMargin(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function show(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
