import {
  type Activation,
  type Conv,
  type Network,
  type NetworkNode,
  type Padding,
  type ParameterId,
  parameterId,
  parameterNames,
  type Pool,
  type Role,
  type Shape,
  shapes,
  type Size,
  siteName,
  walk,
} from '@resnetjs/core';
import { channelsFirst, oihw } from '../../layouts.js';
import type { OnnxNode, OnnxTensor } from './messages.js';

export const inputName = 'images';
export const outputName = 'logits';

/** ONNX's feature maps are [batch, channels, height, width]. */
const toChannelsFirst = [0, 3, 1, 2];
const toChannelsLast = [0, 2, 3, 1];

/** A Clip keeps NaN, as our ReLU6 does. */
const activations = {
  relu: { type: 'Relu', bounds: {} },
  relu6: { type: 'Clip', bounds: { min: 0, max: 6 } },
  sigmoid: { type: 'Sigmoid', bounds: {} },
} as const satisfies Record<Activation, { type: string; bounds: Readonly<Record<string, number>> }>;

const pools = { max: 'MaxPool', average: 'AveragePool' } as const satisfies Record<Pool['mode'], string>;

/**
 * For the zeros around a map of which maxima are taken: onnxruntime (1.30) takes zeros for the pooling's own padding, which
 * is −∞, where the map's values are below 0; but not this.
 */
const almostZero = 2 ** -126;

/** A network as ONNX's nodes and constants: from images [batch, height, width, channels] to what `forward` gives. */
export function graphOf(
  network: Network,
  values: ReadonlyMap<ParameterId, Float32Array>,
): { readonly nodes: readonly OnnxNode[]; readonly tensors: readonly OnnxTensor[] } {
  const walked = walk(network);
  const results = shapes(network);
  const names = parameterNames(network, 'sites');
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const constant = (name: string, shape: Shape, data: OnnxTensor['data']) => {
    tensors.push({ name, shape, data });
    return name;
  };
  const transpose = (input: string, output: string, perm: readonly number[]) => {
    nodes.push({ name: output, type: 'Transpose', inputs: [input], output, attributes: { perm } });
    return output;
  };
  const last = walked.length - 1;
  const endsInMap = results[last]?.length === 3;
  const resultOf = (index: number) =>
    index === last && !endsInMap ? outputName : siteName((walked[index] as NetworkNode).site);

  transpose(inputName, resultOf(0), toChannelsFirst);
  walked.forEach(({ op, site, from }, index) => {
    const name = siteName(site);
    const inputs = from.map(resultOf);
    const input = results[from[0] ?? 0] as Shape;
    const append = (
      type: string,
      constants: readonly string[] = [],
      attributes: OnnxNode['attributes'] = {},
    ) => nodes.push({ name, type, inputs: [...inputs, ...constants], output: resultOf(index), attributes });
    const valuesOf = (role: Role) => values.get(parameterId(site, role)) as Float32Array;
    const parameter = (role: Role, shape: Shape, data: Float32Array) =>
      constant(names.get(parameterId(site, role)) as string, shape, data);
    const vector = (role: Role) => parameter(role, [valuesOf(role).length], valuesOf(role));

    switch (op.op) {
      case 'input':
        return;
      case 'conv': {
        const shape = [...op.kernelSize, (input.at(-1) as number) / op.groups, op.filters];
        const kernel = parameter('kernel', oihw.shape(shape), oihw.fromOurs(valuesOf('kernel'), shape));
        append('Conv', op.bias ? [kernel, vector('bias')] : [kernel], {
          kernel_shape: op.kernelSize,
          ...movement(op.padding, input, reachOf(op), op.strides),
          ...(op.dilations.every((each) => each === 1) ? {} : { dilations: op.dilations }),
          ...(op.groups === 1 ? {} : { group: { int: op.groups } }),
        });
        return;
      }
      case 'norm': {
        const roles = ['scale', 'offset', 'mean', 'variance'] as const;
        append('BatchNormalization', roles.map(vector), { epsilon: op.epsilon });
        return;
      }
      case 'act': {
        const { type, bounds } = activations[op.activation];
        const constants = Object.entries(bounds).map(([bound, value]) =>
          constant(`${name}.${bound}`, [], Float32Array.of(value)),
        );
        append(type, constants);
        return;
      }
      case 'add':
        append('Add');
        return;
      case 'pad': {
        const pads = [0, 0, op.top, op.left, 0, 0, op.bottom, op.right];
        const isBeforeMaximum = walked.some(
          (taker) => taker.from.includes(index) && taker.op.op === 'pool' && taker.op.mode === 'max',
        );
        append('Pad', [
          constant(`${name}.pads`, [8], BigInt64Array.from(pads, BigInt)),
          ...(isBeforeMaximum ? [constant(`${name}.value`, [], Float32Array.of(almostZero))] : []),
        ]);
        return;
      }
      case 'pool':
        append(pools[op.mode], [], {
          kernel_shape: op.size,
          ...movement(op.padding, input, op.size, op.strides),
        });
        return;
      case 'globalPool':
        if (op.keepDims) {
          append('GlobalAveragePool');
          return;
        }
        nodes.push({
          ...{ name: `${name}.mean`, type: 'GlobalAveragePool' },
          ...{ inputs: [...inputs], output: `${name}.mean` },
        });
        inputs[0] = `${name}.mean`;
        append('Flatten');
        return;
      case 'subsample': {
        const list = (what: string, values: readonly number[]) =>
          constant(`${name}.${what}`, [values.length], BigInt64Array.from(values, BigInt));
        const [height, width] = input as [number, number];
        const bounds = [list('starts', [0, 0]), list('ends', [height, width])];
        const sliced = [...inputs, ...bounds, list('axes', [2, 3]), list('steps', op.strides)];
        nodes.push({ name: `${name}.pixels`, type: 'Slice', inputs: sliced, output: `${name}.pixels` });
        inputs[0] = `${name}.pixels`;
        append('Pad', [list('pads', [0, op.channelsBefore, 0, 0, 0, op.channelsAfter, 0, 0])]);
        return;
      }
      case 'gate':
        append('Mul');
        return;
      case 'flatten':
        if (input.length === 3 && !isReordered(walked, index)) {
          inputs[0] = transpose(inputs[0] as string, `${name}.channels-last`, toChannelsLast);
        }
        append('Flatten');
        return;
      case 'dropout':
        append('Dropout'); // without its optional inputs it does nothing, as in inference
        return;
      case 'dense': {
        const shape = [input.at(-1) as number, op.units];
        const [before = 0] = from;
        const map = results[walked[before]?.from[0] ?? 0] as Shape;
        const kernel = valuesOf('kernel');
        const reordered = map.length === 3 && isReordered(walked, before);
        const rows = reordered ? channelsFirst(map).fromOurs(kernel, shape) : kernel;
        append('Gemm', [parameter('kernel', shape, rows), vector('bias')]);
        return;
      }
      default:
        op satisfies never;
    }
  });
  if (endsInMap) transpose(resultOf(last), outputName, toChannelsLast);
  return { nodes, tensors };
}

/**
 * Whether a node's result is a map flattened with its channels first: if only dense layers take it, whose kernels' rows
 * are reordered instead.
 */
function isReordered(walked: readonly NetworkNode[], index: number): boolean {
  const takers = walked.filter(({ from }) => from.includes(index));
  return (
    walked[index]?.op.op === 'flatten' && takers.length > 0 && takers.every(({ op }) => op.op === 'dense')
  );
}

/** How a window moves over a map [height, width, channels]; the padding is top, left, bottom, right. */
function movement(padding: Padding, map: Shape, window: Size, strides: Size) {
  switch (padding) {
    case 'valid':
      return { strides, pads: [0, 0, 0, 0] };
    case 'same': {
      const totals = window.map((kernel, axis) => {
        const [size, stride] = [map[axis] as number, strides[axis] as number];
        return Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
      });
      const before = totals.map((total) => Math.floor(total / 2)); // an odd zero goes to the bottom or right
      return { strides, pads: [...before, ...totals.map((total) => Math.ceil(total / 2))] };
    }
    default: {
      const [top, bottom, left, right] = padding;
      return { strides, pads: [top, left, bottom, right] };
    }
  }
}

/** The side lengths of a kernel with the gaps of its dilation. */
function reachOf({ kernelSize, dilations }: Conv): Size {
  const [down, right] = dilations;
  return [(kernelSize[0] - 1) * down + 1, (kernelSize[1] - 1) * right + 1];
}
