import {
  asNetwork,
  convolutionalBlock,
  type Initializer,
  identityBlock,
  initializers,
  type Network,
  type Op,
  plain,
  preActivationBlock,
  type Residual,
  resnetPreAct,
  twoLayerIdentityBlock,
} from '@resnetjs/core';

/** A network that a backend has to compute as float64 does. */
export interface ConformanceCase {
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
  /** Where variables, pictures and upstream gradient are drawn from. */
  readonly seed: number;
  /** The largest relative L2 of each result and gradient. */
  readonly relativeL2: number;
}

const initializer: Initializer = initializers.glorotUniform();

/** One block fed with the truth's own input: float32 is exact to about 1e-6 there. */
const blockGate = 1e-5;
/** Through several blocks in training mode, float32's own error grows: several times what the cpu backend was measured at. */
const networkGate = 5e-5;

const conv = (filters: number, size: number, stride: number, padding: 'same' | 'valid'): Op => ({
  op: 'conv',
  filters,
  kernelSize: [size, size],
  strides: [stride, stride],
  padding,
  bias: true,
  initializer,
  l2: 0,
});
const norm: Op = { op: 'norm', epsilon: 1e-3, momentum: 0.99 };
const relu: Op = { op: 'act', activation: 'relu' };
const pool = (mode: 'max' | 'average', size: number, stride: number, padding: 'same' | 'valid'): Op => ({
  op: 'pool',
  mode,
  size: [size, size],
  strides: [stride, stride],
  padding,
});
const dense: Op = { op: 'dense', units: 5, activation: 'softmax', initializer, l2: 0 };

function sequence(name: string, input: Network['input'], ops: readonly Op[]): Network {
  return { name, naming: 'course', input, inputName: 'input_1', stem: ops, stages: [], head: [] };
}

/** The course's network with fewer and narrower blocks. */
const thinCourse: Network = {
  name: 'thin course network',
  naming: 'course',
  input: [32, 32, 3],
  inputName: 'input_1',
  stem: [
    { op: 'pad', top: 3, bottom: 3, left: 3, right: 3 },
    conv(8, 7, 2, 'valid'),
    norm,
    relu,
    pool('max', 3, 2, 'valid'),
  ],
  stages: [
    [
      convolutionalBlock({ kernelSize: 3, filters: [4, 4, 8], stride: 1 }),
      identityBlock({ kernelSize: 3, filters: [4, 4, 8] }),
    ],
    [convolutionalBlock({ kernelSize: 3, filters: [6, 6, 12] })],
  ],
  head: [pool('average', 2, 2, 'valid'), { op: 'flatten' }, dense],
};

const even: Network['input'] = [4, 4, 6];
const odd: Network['input'] = [5, 7, 6];
const bottleneck = [4, 5, 6] as const;
const projected: Residual = {
  ...preActivationBlock({ filters: [4, 5, 8] }),
  shortcut: [conv(8, 1, 1, 'valid')],
  shortcutFrom: 'preact',
};

/** Blocks in which a step stands before a ReLU or a normalization that isn't alone in taking its result, or doesn't take it. */
const entangled = (preact: readonly Op[], branch: readonly Op[], shortcut: readonly Op[]): Residual => {
  return { op: 'residual', preact, branch, shortcut, shortcutFrom: 'preact', postact: [] };
};
const pixelwise = conv(6, 1, 1, 'valid');

const blocks: readonly [name: string, block: Residual, input: Network['input'], batch?: number][] = [
  ['identity f=2', identityBlock({ kernelSize: 2, filters: bottleneck }), even],
  ['identity f=3', identityBlock({ kernelSize: 3, filters: bottleneck }), even],
  ['identity f=3, odd size', identityBlock({ kernelSize: 3, filters: bottleneck }), odd],
  ['identity f=4, odd size', identityBlock({ kernelSize: 4, filters: bottleneck }), odd],
  ['identity f=3, one picture', identityBlock({ kernelSize: 3, filters: bottleneck }), even, 1],
  ['identity f=3, epsilon 1e-6', identityBlock({ kernelSize: 3, filters: bottleneck, epsilon: 1e-6 }), even],
  ['identity over two layers', twoLayerIdentityBlock({ kernelSize: 3, filters: [5, 6] }), even],
  ['convolutional f=3 s=1', convolutionalBlock({ kernelSize: 3, filters: [4, 5, 7], stride: 1 }), even],
  ['convolutional f=2 s=2', convolutionalBlock({ kernelSize: 2, filters: [4, 5, 7] }), even],
  ['convolutional f=3 s=2, odd size', convolutionalBlock({ kernelSize: 3, filters: [4, 5, 7] }), odd],
  ['convolutional f=2 s=4', convolutionalBlock({ kernelSize: 2, filters: [4, 5, 7], stride: 4 }), even, 5],
  ['pre-activation', preActivationBlock({ filters: bottleneck }), even],
  ['pre-activation, first', preActivationBlock({ filters: bottleneck, first: true }), even],
  ['pre-activation, odd size', preActivationBlock({ filters: bottleneck }), odd],
  ['pre-activation, no shortcut', preActivationBlock({ filters: bottleneck, shortcut: false }), even],
  ['pre-activation, projection of the activated input', projected, even],
  ['a ReLU and the shortcut take one normalization', entangled([norm], [relu, pixelwise], []), even],
  [
    'a normalization and the shortcut take one convolution',
    entangled([pixelwise], [norm, relu, pixelwise], []),
    even,
  ],
  [
    'a convolution ends the branch, a normalization begins the shortcut',
    entangled([], [pixelwise], [norm]),
    even,
  ],
  [
    'a normalization ends the branch, a ReLU begins the shortcut',
    entangled([], [pixelwise, norm], [relu]),
    even,
  ],
  ['32 channels', identityBlock({ kernelSize: 3, filters: [16, 16, 32] }), [8, 8, 32], 2],
];

const stems: readonly [name: string, ops: readonly Op[], input: Network['input']][] = [
  ['3×3 convolution s=2, same, even size', [conv(5, 3, 2, 'same')], even],
  ['3×3 convolution s=2, same, odd size', [conv(5, 3, 2, 'same'), relu], odd],
  ['2×2 convolution s=3, same', [conv(5, 2, 3, 'same'), norm], odd],
  ['7×7 convolution s=2 of a padded map, max pooling', thinCourse.stem, [16, 18, 3]],
  [
    'padding of every side by its own',
    [{ op: 'pad', top: 1, bottom: 2, left: 3, right: 0 }, conv(4, 3, 1, 'valid')],
    even,
  ],
  ['max pooling 3×3 s=2, valid', [pool('max', 3, 2, 'valid')], odd],
  ['max pooling 3×3 s=2, same, after a ReLU', [conv(5, 3, 1, 'same'), relu, pool('max', 3, 2, 'same')], odd],
  ['average pooling 2×2 s=2, valid', [pool('average', 2, 2, 'valid')], odd],
  ['average pooling 3×3 s=2, same', [pool('average', 3, 2, 'same')], odd],
  ['normalization and ReLU of the pictures', [norm, relu], even],
  ['dense', [{ op: 'flatten' }, dense], even],
];

const networks: readonly [network: Network, batch: number][] = [
  [resnetPreAct({ input: [8, 8, 3], stages: 2 }), 3],
  [resnetPreAct({ input: [6, 6, 3], stages: 2, finalConv: true, shortcuts: false }), 2],
  [thinCourse, 4],
  [plain(thinCourse), 4],
];

/** What every backend must agree with float64 on. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...blocks.map(([name, block, input, batch = 3]) => {
    return { name: `block: ${name}`, network: asNetwork(block, input, name), batch, relativeL2: blockGate };
  }),
  ...stems.map(([name, ops, input]) => {
    return { name: `layers: ${name}`, network: sequence(name, input, ops), batch: 3, relativeL2: blockGate };
  }),
  ...networks.map(([network, batch], index) => {
    return { name: `network ${index}: ${network.name}`, network, batch, relativeL2: networkGate };
  }),
].map((each, seed) => ({ ...each, seed }));
