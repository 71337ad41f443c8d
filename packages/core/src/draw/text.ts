import type { Activation, Conv, Op, Shape, Size, Subsample } from '../network/types.js';
import type { NetworkNode } from '../network/walk.js';
import type { DrawnText } from './drawing.js';

/** The font size by role, in pixels. */
export const textSizes = {
  title: 13,
  figures: 11,
  label: 12,
  caption: 11,
  shape: 11,
  shortcut: 11,
} as const satisfies Record<DrawnText['role'], number>;

/** Widths relative to the font size: close to those of Helvetica, Arial and the system fonts. */
const characterWidths: readonly [RegExp, number][] = [
  [/[ijlI.,:;'|!·]/u, 0.27],
  [/[\sfrt()/-]/u, 0.34],
  [/[mwMW@%]/u, 0.86],
  [/[A-Z+×→]/u, 0.68],
  [/[\u1100-\uffff]|[\u{10000}-\u{10ffff}]/u, 1.05],
];
const defaultWidth = 0.57;

/** Estimates a text's width in pixels, since the layout has no fonts to measure with. */
export function textWidth(text: string, role: DrawnText['role']): number {
  const widths = Array.from(text, (character) => {
    return characterWidths.find(([pattern]) => pattern.test(character))?.[1] ?? defaultWidth;
  });
  return textSizes[role] * widths.reduce((sum, width) => sum + width, 0);
}

/** The text, or as much of it as fits the width, with an ellipsis. */
export function fitText(text: string, role: DrawnText['role'], width: number): string {
  if (textWidth(text, role) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, role) > width) characters.pop();
  return `${characters.join('')}…`;
}

export function showShape(shape: Shape): string {
  return shape.join('×');
}

const whole = (value: number) => value.toLocaleString('en-US');

export function showCount(value: number, one: string, many: string): string {
  return `${whole(value)} ${value === 1 ? one : many}`;
}

/** `23.6 M`; numbers below 1000 unchanged. */
export function showLarge(value: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, unit] = units.find(([size]) => value >= size) ?? [1, ''];
  return unit === '' ? String(value) : `${(value / size).toPrecision(3)} ${unit}`;
}

const showSize = ([height, width]: Size) => `${height}×${width}`;
const stride = ([down, right]: Size) =>
  down === 1 && right === 1 ? '' : `, /${down === right ? down : `${down}×${right}`}`;

const groups = (op: Conv) => (op.groups === 1 ? '' : `, ${op.groups} groups`);
const dilation = ({ dilations: [down, right] }: Conv) =>
  down === 1 && right === 1 ? '' : `, dilation ${down === right ? down : `${down}×${right}`}`;
const channelsAround = ({ channelsBefore, channelsAfter }: Subsample) => {
  const added = channelsBefore + channelsAfter;
  return added === 0 ? '' : `+${added} channels`;
};

const activationNames = {
  relu: 'ReLU',
  relu6: 'ReLU6',
  sigmoid: 'sigmoid',
} as const satisfies Record<Activation, string>;

/** A layer in two short lines: its operation, and its size. */
export function layerLines(op: NetworkNode['op'], name: string): readonly [string, string] {
  switch (op.op) {
    case 'input':
      return [name, ''];
    case 'conv':
      return [
        `${showSize(op.kernelSize)} conv`,
        `${op.filters}${groups(op)}${stride(op.strides)}${dilation(op)}`,
      ];
    case 'norm':
      return ['norm', ''];
    case 'act':
      return [activationNames[op.activation], ''];
    case 'add':
      return ['+', ''];
    case 'pad': {
      const sides = [op.top, op.bottom, op.left, op.right];
      return ['pad', sides.every((side) => side === op.top) ? String(op.top) : sides.join(' ')];
    }
    case 'pool':
      return [op.mode === 'max' ? 'max pool' : 'avg pool', `${showSize(op.size)}${stride(op.strides)}`];
    case 'globalPool':
      return ['avg pool', 'global'];
    case 'subsample':
      return ['subsample', `${channelsAround(op)}${stride(op.strides)}`.replace(/^, /, '')];
    case 'gate':
      return ['×', ''];
    case 'flatten':
      return ['flatten', ''];
    case 'dropout':
      return [op.per === 'example' ? 'stochastic depth' : 'dropout', String(Number(op.rate.toPrecision(2)))];
    case 'dense':
      return ['dense', String(op.units)];
    default:
      return op satisfies never;
  }
}

/** A convolution, pooling or dense layer in one line, as in a paper's table: `3×3, 64`; other layers are empty. */
export function captionLine(op: Op): string {
  switch (op.op) {
    case 'conv':
      return `${showSize(op.kernelSize)}, ${op.filters}${groups(op)}${stride(op.strides)}${dilation(op)}`;
    case 'pool':
      return `${op.mode === 'max' ? 'max' : 'avg'} ${showSize(op.size)}${stride(op.strides)}`;
    case 'globalPool':
      return 'global avg';
    case 'subsample':
      return `subsample${stride(op.strides)}`;
    case 'gate':
      // As in Hu et al. 2018, Table 1: fc, [16, 256].
      return `gate, [${op.gate.flatMap((inner) => (inner.op === 'conv' ? [inner.filters] : [])).join(', ')}]`;
    case 'dense':
      return `dense, ${op.units}`;
    case 'norm':
    case 'act':
    case 'pad':
    case 'flatten':
    case 'dropout':
      return '';
    default:
      return op satisfies never;
  }
}

/** A name as a heading: `Block 3c`, `Stem`; an identifier such as `layer2.0` stays what it is. */
export function heading(name: string): string {
  return /^[a-z]+( |$)/.test(name) ? name.replace(/^./, (letter) => letter.toUpperCase()) : name;
}
