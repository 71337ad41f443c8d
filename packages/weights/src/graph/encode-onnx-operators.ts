import type { Activation, Conv, NetworkNode, Padding, Pool, Role, Shape, Size } from '@resnetjs/core';
import type { OnnxNode } from '../containers/onnx/encode-onnx.js';
import { channelsFirst, identity, type Layout, nested, oihw, outIn } from '../layouts.js';

/** What an operator takes beside results of others: a parameter of its node, in a layout, or a constant. */
export type OperatorInput =
  | { readonly role: Role; readonly layout: Layout }
  | {
      readonly constant: string;
      readonly shape: Shape;
      readonly values: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
    };

/** An operator of ONNX. */
export interface OnnxOperator {
  readonly type: string;
  /** What its result is, if that is not yet the layer's. */
  readonly gives?: string;
  /** What it is beside the operator that has the layer's own name. */
  readonly part?: string;
  readonly takes?: readonly OperatorInput[];
  readonly attributes?: OnnxNode['attributes'];
}

interface NodePlace {
  readonly nodes: readonly NetworkNode[];
  /** The shape of every node's result. */
  readonly maps: readonly Shape[];
  readonly index: number;
  /** Whether the normalization after a convolution is folded into it. */
  readonly isFolded: boolean;
}

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

/** Our maps are [batch, height, width, channels], ONNX's [batch, channels, height, width]. */
export const toChannelsFirst = {
  type: 'Transpose',
  gives: 'channels-first',
  part: 'channels-first',
  attributes: { perm: [0, 3, 1, 2] },
} as const satisfies OnnxOperator;
export const toChannelsLast = {
  type: 'Transpose',
  gives: 'channels-last',
  part: 'channels-last',
  attributes: { perm: [0, 2, 3, 1] },
} as const satisfies OnnxOperator;

/** A node as operators of ONNX; each takes the result of the one before, and the first those that the node takes. */
export function operatorsOf({ nodes, maps, index, isFolded }: NodePlace): readonly OnnxOperator[] {
  const { op, from } = nodes[index] as NetworkNode;
  const map = maps[from[0] ?? 0] as Shape;
  switch (op.op) {
    case 'input':
      return [];
    case 'conv': {
      const attributes = {
        kernel_shape: op.kernelSize,
        ...movement(op.padding, map, reachOf(op), op.strides),
        ...(op.dilations.every((each) => each === 1) ? {} : { dilations: op.dilations }),
        ...(op.groups === 1 ? {} : { group: { int: op.groups } }),
      };
      const kernel = { role: 'kernel', layout: oihw } as const;
      return [{ type: 'Conv', takes: op.bias || isFolded ? [kernel, vector('bias')] : [kernel], attributes }];
    }
    case 'norm': {
      const takes = (['scale', 'offset', 'mean', 'variance'] as const).map(vector);
      return [{ type: 'BatchNormalization', takes, attributes: { epsilon: op.epsilon } }];
    }
    case 'act': {
      const { type, bounds } = activations[op.activation];
      return [{ type, takes: Object.entries(bounds).map(([bound, value]) => float(bound, value)) }];
    }
    case 'add':
      return [{ type: 'Add' }];
    case 'pad': {
      const pads = integers('pads', [0, 0, op.top, op.left, 0, 0, op.bottom, op.right]);
      const isBeforeMaximum = takersOf(nodes, index).some(
        (taker) => taker.op.op === 'pool' && taker.op.mode === 'max',
      );
      return [{ type: 'Pad', takes: isBeforeMaximum ? [pads, float('value', almostZero)] : [pads] }];
    }
    case 'pool': {
      const attributes = { kernel_shape: op.size, ...movement(op.padding, map, op.size, op.strides) };
      return [{ type: pools[op.mode], attributes }];
    }
    case 'globalPool': {
      const type = 'GlobalAveragePool';
      return op.keepDims
        ? [{ type }]
        : [
            { type, gives: 'mean' },
            { type: 'Flatten', part: 'flatten' },
          ];
    }
    case 'subsample': {
      const [height = 0, width = 0] = map;
      const bounds = [integers('starts', [0, 0]), integers('ends', [height, width])];
      const takes = [...bounds, integers('axes', [2, 3]), integers('steps', op.strides)];
      const pads = integers('pads', [0, op.channelsBefore, 0, 0, 0, op.channelsAfter, 0, 0]);
      return [
        { type: 'Slice', gives: 'pixels', takes },
        { type: 'Pad', part: 'pad', takes: [pads] },
      ];
    }
    case 'gate':
      return [{ type: 'Mul' }];
    case 'flatten': {
      const isOurOrder = map.length === 3 && !isReordered(nodes, index);
      return isOurOrder ? [toChannelsLast, { type: 'Flatten' }] : [{ type: 'Flatten' }];
    }
    case 'dropout':
      return [{ type: 'Dropout' }]; // without its optional inputs it does nothing, as in inference
    case 'dense': {
      const [before = 0] = from;
      const flattened = maps[nodes[before]?.from[0] ?? 0] as Shape;
      const isFromMap = flattened.length === 3 && isReordered(nodes, before);
      const layout = isFromMap ? nested(outIn, channelsFirst(flattened)) : outIn;
      const takes = [{ role: 'kernel', layout } as const, vector('bias')];
      return [{ type: 'Gemm', takes, attributes: { transB: { int: 1 } } }];
    }
    default:
      return op satisfies never;
  }
}

const vector = (role: Role) => ({ role, layout: identity });

const float = (constant: string, value: number) => ({
  ...{ constant, shape: [], values: Float32Array.of(value) },
});

const integers = (constant: string, values: readonly number[]) => ({
  ...{ constant, shape: [values.length], values: BigInt64Array.from(values, BigInt) },
});

function takersOf(nodes: readonly NetworkNode[], index: number): readonly NetworkNode[] {
  return nodes.filter(({ from }) => from.includes(index));
}

/**
 * Whether a node's result is a map flattened with its channels first: if only dense layers take it, whose kernels' rows
 * are reordered instead.
 */
function isReordered(nodes: readonly NetworkNode[], index: number): boolean {
  const takers = takersOf(nodes, index);
  return (
    nodes[index]?.op.op === 'flatten' && takers.length > 0 && takers.every(({ op }) => op.op === 'dense')
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
