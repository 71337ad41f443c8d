import {
  asNetwork,
  type Conv,
  createNetwork,
  RandomGenerator,
  type Network,
  type NetworkNode,
  type Op,
  type Padding,
  type Pool,
  courseResNet50,
  type Shape,
  type Size,
  shapes,
  walk,
} from '@resnetjs/core';
import type { PassCase } from './case.js';
import {
  conv,
  dense,
  dropout,
  gate,
  globalPool,
  norm,
  pool,
  relu,
  relu6,
  sequence,
  sigmoid,
  subsample,
} from './layers.js';

const even: Network['input'] = [4, 4, 6];
const odd: Network['input'] = [5, 7, 6];

type Chosen = readonly [
  name: string,
  ops: readonly Op[],
  input: Network['input'],
  more?: Partial<Pick<PassCase, 'batch' | 'byFloor' | 'mean' | 'channelsOff'>>,
];

const chosen: readonly Chosen[] = [
  ['3×3 convolution s=2, same, even size', [conv(5, 3, 2, 'same')], even],
  ['3×3 convolution s=2, same, odd size', [conv(5, 3, 2, 'same'), relu], odd],
  ['2×2 convolution s=3, same', [conv(5, 2, 3, 'same'), norm], odd],
  [
    'padding, 7×7 convolution s=2, normalization, ReLU, max pooling',
    [
      { op: 'pad', top: 3, bottom: 3, left: 3, right: 3 },
      conv(8, 7, 2, 'valid'),
      norm,
      relu,
      pool('max', 3, 2, 'valid'),
    ],
    [16, 18, 3],
  ],
  [
    'padding, different on each side',
    [{ op: 'pad', top: 1, bottom: 2, left: 3, right: 0 }, conv(4, 3, 1, 'valid')],
    even,
  ],
  ['max pooling 3×3 s=2, valid', [pool('max', 3, 2, 'valid')], odd],
  ['max pooling 3×3 s=2, same, after a ReLU', [conv(5, 3, 1, 'same'), relu, pool('max', 3, 2, 'same')], odd],
  ['average pooling 2×2 s=2, valid', [pool('average', 2, 2, 'valid')], odd],
  ['average pooling 3×3 s=2, same', [pool('average', 3, 2, 'same')], odd],
  ['normalization and ReLU of the images', [norm, relu], even],
  ['dense', [{ op: 'flatten' }, dense], even],
  // Wide enough to fill cache blocks and to be split among threads.
  ['1×1 convolution, 64 to 256 channels', [conv(256, 1, 1, 'valid')], [6, 6, 64]],
  ['1×1 convolution, 256 to 64 channels', [conv(64, 1, 1, 'valid')], [6, 6, 256]],
  ['3×3 convolution, 40 to 150 channels', [conv(150, 3, 1, 'same')], [4, 5, 40]],
  // The variance as E[x²] − E[x]² can be negative here.
  ['normalization of images with mean 1000 and std 1', [norm], odd, { mean: 1000, byFloor: true }],
  // The ReLU's input is 0 there, where its gradient is 0.
  [
    'normalization and ReLU, two channels with scale and offset 0',
    [conv(6, 3, 1, 'same'), norm, relu],
    odd,
    { channelsOff: true },
  ],
  // Mistaking rows for columns does not show on squares.
  [
    '2×3 convolution s=1×2, same',
    [{ ...conv(5, 3, 1, 'same'), kernelSize: [2, 3], strides: [1, 2] }, relu],
    odd,
  ],
  [
    '3×2 convolution s=2×1, valid',
    [{ ...conv(5, 3, 1, 'valid'), kernelSize: [3, 2], strides: [2, 1] }, norm, relu],
    odd,
  ],
  ['max pooling 3×2 s=2×1', [{ ...pool('max', 3, 1, 'same'), size: [3, 2], strides: [2, 1] }], odd],
  ['average pooling 2×3 s=1×2', [{ ...pool('average', 3, 1, 'same'), size: [2, 3], strides: [1, 2] }], odd],
  ['ReLU6 of images with mean 5', [relu6], even, { mean: 5 }],
  ['convolution, normalization and ReLU6', [conv(5, 3, 1, 'same'), norm, relu6], odd],
  ['convolution and sigmoid', [conv(5, 3, 1, 'same'), sigmoid], odd],
  ['normalization and sigmoid', [norm, sigmoid], even],
  ['convolution, dropout and normalization', [conv(5, 3, 1, 'same'), dropout(0.25), norm], odd],
  ['3×3 convolution in 3 groups', [inGroups(3, conv(6, 3, 1, [1, 1, 1, 1])), relu], odd],
  ['3×3 convolution in 2 groups s=2, more filters', [inGroups(2, conv(10, 3, 2, [1, 1, 1, 1])), norm], odd],
  ['3×3 convolution in as many groups as channels', [inGroups(6, conv(12, 3, 1, 'same'))], even],
  [
    '3×3 convolution in 8 groups of 4 channels',
    [inGroups(8, conv(32, 3, 1, [1, 1, 1, 1])), norm, relu],
    [5, 9, 32],
  ],
  ['3×3 convolution in 4 groups of 16 channels s=2', [inGroups(4, conv(64, 3, 2, [1, 1, 1, 1]))], [7, 6, 64]],
  ['3×3 convolution, dilation 2', [dilated([2, 2], conv(5, 3, 1, [2, 2, 2, 2])), relu], odd],
  ['3×3 convolution, dilation 2×1, same', [dilated([2, 1], conv(5, 3, 1, 'same'))], odd],
  [
    '3×2 convolution in 2 groups, dilation 1×3 s=2',
    [dilated([1, 3], inGroups(2, { ...conv(4, 3, 2, 'same'), kernelSize: [3, 2] }))],
    odd,
  ],
  ['3×3 convolution, margins different on each side', [conv(5, 3, 2, [0, 2, 1, 0]), relu], odd],
  ['7×7 convolution s=2, margins of 3', [conv(8, 7, 2, [3, 3, 3, 3]), norm], [11, 12, 3]],
  // Zeros around the map would win here.
  [
    'max pooling 3×3 s=2, margins of 1, of images with mean −5',
    [pool('max', 3, 2, [1, 1, 1, 1])],
    odd,
    { mean: -5 },
  ],
  ['max pooling 3×3 s=2, margins different on each side', [pool('max', 3, 2, [2, 0, 0, 1])], odd],
  ['average pooling 3×3 s=2, margins different on each side', [pool('average', 3, 2, [1, 0, 2, 1])], odd],
  ['global average pooling and dense', [globalPool(false), dense], odd],
  ['global average pooling to a map of one pixel', [globalPool(true), conv(4, 1, 1, 'valid')], odd],
  ['subsampling s=2, 1 + 2 channels of zeros', [subsample([2, 2], 1, 2)], odd],
  ['subsampling s=1×3', [conv(4, 1, 1, 'valid'), subsample([1, 3], 0, 0)], odd],
  ['convolution and squeeze-and-excitation', [conv(6, 3, 1, 'same'), norm, gate(6, 3)], odd],
  ['a gate by pixel', [{ op: 'gate', gate: [conv(6, 3, 1, 'same'), sigmoid] }, norm], odd],
  ['convolution, dropout of whole examples', [conv(5, 3, 1, 'same'), dropout(0.5, 'example')], odd],
];

function inGroups(groups: number, op: Conv): Conv {
  return { ...op, groups };
}

function dilated(dilations: Size, op: Conv): Conv {
  return { ...op, dilations };
}

/** Operations with random sizes, strides and paddings. */
function sampled(index: number): [name: string, ops: readonly Op[], input: Network['input']] {
  const random = RandomGenerator.stateless(index, 77);
  const whole = (low: number, high: number) => low + Math.floor(random.uniform() * (high - low + 1));
  const size = whole(1, 5);
  const stride = whole(1, 3);
  const padding: Padding = random.uniform() < 0.5 ? 'same' : 'valid';
  const input = [whole(size, 9), whole(size, 9), whole(1, 9)] as const;
  const kind = index % 4 === 3 ? 'pool' : 'convolution';
  const mode: Pool['mode'] = random.uniform() < 0.5 ? 'max' : 'average';
  const op = kind === 'pool' ? pool(mode, size, stride, padding) : conv(whole(1, 9), size, stride, padding);
  const what = op.op === 'conv' ? `convolution, ${op.filters} filters` : `${mode} pooling`;
  return [
    `random ${index}: ${what}, ${size}×${size} s=${stride}, ${padding}, on ${input.join('×')}`,
    [op],
    input,
  ];
}

/** Convolutions with random groups, dilations and margins. */
function sampledGroups(index: number): [name: string, ops: readonly Op[], input: Network['input']] {
  const random = RandomGenerator.stateless(index, 78);
  const whole = (low: number, high: number) => low + Math.floor(random.uniform() * (high - low + 1));
  const groups = whole(1, 5);
  const [perGroup, filters] = [whole(1, 6), whole(1, 6)];
  const kernelSize = [whole(1, 3), whole(1, 3)] as const;
  const dilations = [whole(1, 3), whole(1, 3)] as const;
  const reach = kernelSize.map((side, axis) => (side - 1) * (dilations[axis] as number) + 1) as [
    number,
    number,
  ];
  const margins = [0, 0, 1, 1].map((axis) => whole(0, (reach[axis] as number) - 1)) as [
    number,
    number,
    number,
    number,
  ];
  const padding = random.uniform() < 0.3 ? 'same' : margins;
  const strides = [whole(1, 3), whole(1, 3)] as const;
  const input = [whole(reach[0], reach[0] + 5), whole(reach[1], reach[1] + 5), groups * perGroup] as const;
  const op = { ...conv(groups * filters, 1, 1, padding), groups, kernelSize, dilations, strides };
  const how = `s=${strides.join('×')}, ${groups} groups, dilation ${dilations.join('×')}, padding ${padding}`;
  return [
    `random ${index} in groups: ${kernelSize.join('×')} convolution to ${op.filters} channels, ${how}, on ${input.join('×')}`,
    [op, relu],
    input,
  ];
}

/** Each operation of a network, once per input shape. */
function operationsOf(
  network: Network,
  batch: number,
  seed: number,
  isAsked: (op: NetworkNode['op']) => boolean = () => true,
): PassCase[] {
  const results = shapes(network);
  const cases = new Map<string, PassCase>();
  for (const { op, from } of walk(network)) {
    if (op.op === 'input' || !isAsked(op)) continue;
    const shape = results[from[0] as number] as Shape;
    const input = (shape.length === 3 ? shape : [1, 1, shape[0]]) as unknown as Network['input'];
    const name = `${network.input[0]}²: ${describe(op)} on ${shape.join('×')}`;
    if (cases.has(name)) continue;
    cases.set(name, {
      ...common,
      level: 'full',
      name,
      network: op.op === 'add' ? addition(input, name) : sequence(name, input, inContext(op)),
      batch,
      seed: seed + cases.size,
      throws: false,
    });
  }
  return [...cases.values()];
}

/** An operation after those it needs: a ReLU follows a normalization, whose offset can move its input off the kink. */
function inContext(op: Op): readonly Op[] {
  if (op.op === 'act') return [norm, op];
  return op.op === 'dense' ? [{ op: 'flatten' }, op] : [op];
}

function addition(input: Network['input'], name: string): Network {
  const block = {
    op: 'residual',
    preact: [],
    branch: [norm],
    shortcut: [],
    shortcutFrom: 'input',
    postact: [relu],
  } as const;
  return asNetwork(block, input, name);
}

function describe(op: Op | { readonly op: 'add' }): string {
  switch (op.op) {
    case 'conv':
      return `${op.kernelSize.join('×')} convolution s=${op.strides[0]} to ${op.filters} channels`;
    case 'norm':
      return 'normalization';
    case 'act':
      return op.activation;
    case 'add':
      return 'addition';
    case 'pad':
      return 'padding';
    case 'pool':
      return `${op.mode} pooling ${op.size.join('×')} s=${op.strides[0]}`;
    case 'globalPool':
      return 'global average pooling';
    case 'subsample':
      return `subsampling s=${op.strides[0]}, ${op.channelsBefore} + ${op.channelsAfter} channels of zeros`;
    case 'gate':
      return 'gate';
    case 'flatten':
      return 'flatten';
    case 'dropout':
      return `dropout of ${op.rate}`;
    case 'dense':
      return `dense to ${op.units} units`;
    default:
      return op satisfies never;
  }
}

const common = { kind: 'pass', group: 'operation', training: true, byFloor: false } as const;

const sampledQuick = 24;
const sampledFull = 120;
const sampledGroupsQuick = 8;
const sampledGroupsFull = 80;

/** Single operations: chosen ones, random ones, and those of ResNet-50 at 64² and at 224². */
export const operationCases: readonly PassCase[] = [
  ...chosen.map(([name, ops, input, more], index) => ({
    ...common,
    level: 'quick' as const,
    name,
    network: sequence(name, input, ops),
    batch: 3,
    seed: 100 + index,
    throws: true,
    ...more,
  })),
  ...Array.from({ length: sampledFull }, (_, index) => {
    const [name, ops, input] = sampled(index);
    return {
      ...common,
      level: index < sampledQuick ? ('quick' as const) : ('full' as const),
      name,
      network: sequence(name, input, ops),
      batch: 1 + (index % 3),
      seed: 200 + index,
      throws: false,
    };
  }),
  ...operationsOf(courseResNet50({ input: [64, 64, 3] }), 2, 400),
  ...operationsOf(courseResNet50({ input: [224, 224, 3], classes: 1000 }), 1, 600),
  ...Array.from({ length: sampledGroupsFull }, (_, index) => {
    const [name, ops, input] = sampledGroups(index);
    return {
      ...common,
      level: index < sampledGroupsQuick ? ('quick' as const) : ('full' as const),
      name,
      network: sequence(name, input, ops),
      batch: 1 + (index % 3),
      seed: 800 + index,
      throws: false,
    };
  }),
  ...operationsOf(createNetwork('resnext50_32x4d'), 1, 900, (op) => op.op === 'conv' && op.groups > 1),
];
