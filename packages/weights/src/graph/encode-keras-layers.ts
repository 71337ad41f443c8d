import {
  kerasInputs,
  type Activation,
  type Conv,
  type DialectName,
  layerNames,
  type Margins,
  type Network,
  type NetworkNode,
  type Padding,
  type Pool,
  ResNetError,
  type Shape,
  shapes,
  type Size,
  walk,
} from '@resnetjs/core';
import { kerasInitializer } from './keras-initializers.js';

/** A layer of a Keras model. */
export interface LayerToWrite {
  readonly name: string;
  readonly className: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The names of the layers whose results it takes. */
  readonly inputs: readonly string[];
  /** Of its result, without the batch axis. */
  readonly shape: Shape;
  /** The node of `walk(network)` that it computes. */
  readonly node: number;
}

/** Keras's words. */
const activations = { relu: 'relu', relu6: 'relu6', sigmoid: 'sigmoid' } as const satisfies Record<
  Activation,
  string
>;

const channelsLast = { data_format: 'channels_last' } as const;

/**
 * The layers of Keras that compute what a network's nodes do, in the order of `walk`: some take several. Throws `bad-option`,
 * naming a layer that Keras has no equal of.
 */
export function kerasLayersOf(network: Network, dialect?: DialectName): readonly LayerToWrite[] {
  const nodes = walk(network);
  const results = shapes(network);
  const positive = withoutNegatives(nodes);
  const names = nodeNames(network, dialect);
  const taken = new Set(names);
  const layers: LayerToWrite[] = [];
  /** The layer whose result is that of a node. */
  const last: string[] = [];

  nodes.forEach((each, node) => {
    const { op } = each;
    const from = kerasInputs(network, each);
    const name = names[node] as string;
    const input = results[from[0] ?? 0] as Shape;
    const result = results[node] as Shape;
    let inputs = from.map((each) => last[each] as string);
    const add = (
      className: string,
      settings: LayerToWrite['settings'],
      { as = name, shape = result }: { as?: string; shape?: Shape } = {},
    ) => {
      layers.push({ name: as, className, settings, inputs, shape, node });
      inputs = [as];
    };
    const besides = (what: string) => free(`${name}_${what}`, taken);
    const pad = ([top, bottom, left, right]: Margins, as: string) =>
      add('ZeroPadding2D', zeroPadding([top, bottom, left, right]), {
        as,
        shape: [(input[0] as number) + top + bottom, (input[1] as number) + left + right, input[2] as number],
      });
    const refusal = (why: string) =>
      new ResNetError('bad-option', `${network.name}: Keras has no equal of layer ${name}, ${why}.`, {
        layer: name,
      });

    switch (op.op) {
      case 'input':
        add('InputLayer', { batch_shape: [null, ...network.input], sparse: false, ragged: false });
        break;
      case 'conv': {
        if (op.strides.some((each) => each > 1) && op.dilations.some((each) => each > 1)) {
          throw refusal('a convolution with both strides and dilation');
        }
        const padding = convPadding(op);
        if (typeof padding !== 'string') pad(padding, besides('pad'));
        add('Conv2D', convSettings(op, typeof padding === 'string' ? padding : 'valid'));
        break;
      }
      case 'norm':
        add('BatchNormalization', {
          ...{ axis: -1, momentum: op.momentum, epsilon: op.epsilon, center: true, scale: true },
          gamma_initializer: kerasInitializer(op.scaleInitializer),
        });
        break;
      case 'act':
        add('Activation', { activation: activations[op.activation] });
        break;
      case 'add':
        add('Add', {});
        break;
      case 'gate':
        add('Multiply', {});
        break;
      case 'pad':
        pad([op.top, op.bottom, op.left, op.right], name);
        break;
      case 'pool': {
        const className = op.mode === 'max' ? 'MaxPooling2D' : 'AveragePooling2D';
        const padding = poolPadding(op, input);
        if (typeof padding !== 'string') {
          if (op.mode === 'average') {
            throw refusal(
              "an average that leaves out margins of [top, bottom, left, right] pixels that aren't 'same'",
            );
          }
          if (!positive[from[0] as number]) {
            throw refusal("maxima of values that may be below 0, with margins that aren't 'same'");
          }
          pad(padding, besides('pad'));
        }
        add(className, {
          ...{ pool_size: op.size, strides: op.strides },
          ...{ padding: typeof padding === 'string' ? padding : 'valid', ...channelsLast },
        });
        break;
      }
      case 'globalPool':
        add('GlobalAveragePooling2D', { ...channelsLast, keepdims: op.keepDims });
        break;
      case 'subsample': {
        const [height, width] = result as [number, number];
        const channels = input[2] as number;
        const sizes = [
          [height, width, channels],
          [channels, height, width],
          [result[2] as number, height, width],
        ] as const;
        const isPadded = op.channelsBefore + op.channelsAfter > 0;
        add(
          'MaxPooling2D',
          { pool_size: [1, 1], strides: op.strides, padding: 'valid', ...channelsLast },
          { shape: sizes[0] },
        );
        if (!isPadded) break;
        add('Permute', { dims: [3, 1, 2] }, { as: besides('channels_first'), shape: sizes[1] });
        add('ZeroPadding2D', zeroPadding([op.channelsBefore, op.channelsAfter, 0, 0]), {
          ...{ as: besides('channels'), shape: sizes[2] },
        });
        add('Permute', { dims: [2, 3, 1] }, { as: besides('channels_last') });
        break;
      }
      case 'flatten':
        add('Flatten', channelsLast);
        break;
      case 'dropout': {
        const perExample = [null, ...result.map(() => 1)];
        add('Dropout', { rate: op.rate, seed: null, noise_shape: op.per === 'value' ? null : perExample });
        break;
      }
      case 'dense':
        add('Dense', {
          ...{ units: op.units, activation: op.activation, use_bias: true },
          kernel_initializer: kerasInitializer(op.initializer),
          bias_initializer: kerasInitializer({ kind: 'zeros' }),
        });
        break;
      default:
        op satisfies never;
    }
    last.push(inputs[0] as string);
  });
  return layers;
}

/** By node, whether its result has no values below 0: zeros around it are never more than its maxima. */
function withoutNegatives(nodes: readonly NetworkNode[]): readonly boolean[] {
  const known: boolean[] = [];
  for (const { op, from } of nodes) {
    const inputs = from.every((each) => known[each]);
    switch (op.op) {
      case 'act':
        known.push(true);
        break;
      case 'input':
      case 'conv':
      case 'norm':
      case 'dense':
        known.push(false);
        break;
      case 'add':
      case 'gate':
      case 'pad':
      case 'pool':
      case 'globalPool':
      case 'subsample':
      case 'flatten':
      case 'dropout':
        known.push(inputs);
        break;
      default:
        op satisfies never;
    }
  }
  return known;
}

function convSettings(op: Conv, padding: 'same' | 'valid') {
  return {
    ...{ filters: op.filters, kernel_size: op.kernelSize, strides: op.strides, padding, ...channelsLast },
    ...{ dilation_rate: op.dilations, groups: op.groups, activation: 'linear', use_bias: op.bias },
    kernel_initializer: kerasInitializer(op.initializer),
    bias_initializer: kerasInitializer({ kind: 'zeros' }),
  };
}

function zeroPadding([top, bottom, left, right]: Margins) {
  return {
    padding: [
      [top, bottom],
      [left, right],
    ],
    ...channelsLast,
  };
}

/** Margins that are 'same' or 'valid' for a map of any size, in that word. */
function convPadding({ padding, kernelSize, strides, dilations }: Conv): Padding {
  if (typeof padding === 'string' || padding.every((each) => each === 0)) return wordOf(padding);
  const reach = kernelSize.map((side, axis) => (side - 1) * (dilations[axis] as number));
  const isSame =
    strides.every((each) => each === 1) && padding.every((each, side) => each * 2 === reach[side >> 1]);
  return isSame ? 'same' : padding;
}

/** Margins that are 'same' or 'valid' for a map of this size, in that word. */
function poolPadding({ padding, size, strides }: Pool, [height, width]: Shape): Padding {
  if (typeof padding === 'string' || padding.every((each) => each === 0)) return wordOf(padding);
  const same = [
    ...sameMargins(height as number, size[0], strides[0]),
    ...sameMargins(width as number, size[1], strides[1]),
  ];
  return padding.every((each, side) => each === same[side]) ? 'same' : padding;
}

const wordOf = (padding: Padding) => (typeof padding === 'string' ? padding : 'valid');

function sameMargins(size: number, window: number, stride: number): Size {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** A name for each node that Keras takes, each once. */
function nodeNames(network: Network, dialect: DialectName | undefined): readonly string[] {
  const taken = new Set<string>();
  return layerNames(network, dialect).map((name) => free(identifier(name), taken));
}

/** A name as Keras takes them. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^(?![A-Za-z0-9])/, 'layer');
}

/** A name that isn't taken, with a number if need be; it is taken then. */
export function free(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`;
  taken.add(name);
  return name;
}
