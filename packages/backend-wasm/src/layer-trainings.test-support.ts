// Kinds of trainings with tfjs-layers, each a model of a few layers. layer-trainings.test.ts trains them.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const { layers, regularizers, constraints } = tfl;
type Layer = tfl.layers.Layer;
type Shape = readonly number[];

export interface LayerTraining {
  /** The shape of a sample. */
  readonly input: Shape;
  readonly connect: (input: tfl.SymbolicTensor) => tfl.SymbolicTensor;
  readonly loss?: string;
  readonly optimizer?: () => tf.Optimizer;
  /** The inputs are whole numbers below this. Default: numbers between −1 and 1. */
  readonly wholeBelow?: number;
  /** The targets are whole numbers below this, one a sample. Default: two numbers between 0 and 1. */
  readonly targetsBelow?: number;
  /** Why TensorFlow.js doesn't train it, on its cpu backend either: part of the message. */
  readonly refusal?: string;
}

const vector = [6] as const;
const sequence = [6, 4] as const; // [steps, channels]
const image = [6, 5, 4] as const; // [height, width, channels]
const volume = [4, 5, 4, 3] as const; // [depth, height, width, channels]

const connectAll = (input: tfl.SymbolicTensor, ...chain: Layer[]) =>
  chain.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);

const headOf = ({ shape }: tfl.SymbolicTensor, activation: 'linear' | 'sigmoid' | 'softmax' = 'linear') => [
  ...(shape.length > 2 ? [layers.flatten()] : []),
  layers.dense({ units: 2, activation }),
];

/** The layer between two dense ones: its own weights get a gradient, and so do those before it. */
function around(input: Shape, layer: () => Layer, more: Partial<LayerTraining> = {}): LayerTraining {
  return {
    input,
    connect: (x) => {
      const y = connectAll(x, layers.dense({ units: input.at(-1) as number }), layer());
      return connectAll(y, ...headOf(y));
    },
    ...more,
  };
}

/** The layer first: its inputs need no gradient. */
function first(input: Shape, layer: () => Layer, more: Partial<LayerTraining> = {}): LayerTraining {
  return {
    input,
    connect: (x) => {
      const y = connectAll(x, layer());
      return connectAll(y, ...headOf(y));
    },
    ...more,
  };
}

/** Two dense layers of one input, merged. */
function merging(input: Shape, layer: () => Layer): LayerTraining {
  return {
    input,
    connect: (x) => {
      const branches = [1, 2].map(() => connectAll(x, layers.dense({ units: input.at(-1) as number })));
      const y = layer().apply(branches) as tfl.SymbolicTensor;
      return connectAll(y, ...headOf(y));
    },
  };
}

function withLoss(
  loss: string,
  activation: 'linear' | 'sigmoid' | 'softmax' = 'linear',
  more: Partial<LayerTraining> = {},
): LayerTraining {
  const hidden = () => layers.dense({ units: 5, activation: 'tanh' });
  return { input: vector, connect: (x) => connectAll(x, hidden(), ...headOf(x, activation)), loss, ...more };
}

function withOptimizer(optimizer: () => tf.Optimizer): LayerTraining {
  return around(vector, () => layers.dense({ units: 5, activation: 'tanh' }), { optimizer });
}

const activation = (name: string) => around(vector, () => layers.activation({ activation: name as never }));

const noDilatedGradient = 'dilation rates greater than 1 are not yet supported';

export const layerTrainings: Readonly<Record<string, Readonly<Record<string, LayerTraining>>>> = {
  convolutions: {
    conv1d: around(sequence, () => layers.conv1d({ filters: 3, kernelSize: 3, padding: 'same' })),
    'conv1d, strides': around(sequence, () => layers.conv1d({ filters: 3, kernelSize: 2, strides: 2 })),
    'conv1d, dilated': around(sequence, () => layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 }), {
      refusal: noDilatedGradient,
    }),
    conv2d: around(image, () => layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' })),
    'conv2d, valid': around(image, () =>
      layers.conv2d({ filters: 3, kernelSize: [3, 2], activation: 'relu' }),
    ),
    'conv2d, strides': around(image, () =>
      layers.conv2d({ filters: 3, kernelSize: 3, strides: [2, 1], padding: 'same', useBias: false }),
    ),
    'conv2d, dilated': around(image, () => layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2 }), {
      refusal: noDilatedGradient,
    }),
    conv2dTranspose: around(image, () =>
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    ),
    conv3d: around(volume, () => layers.conv3d({ filters: 2, kernelSize: 2, padding: 'same' })),
    'conv3d, 1×1×1, strides': around(volume, () =>
      layers.conv3d({ filters: 2, kernelSize: 1, strides: 2, padding: 'same' }),
    ),
    'conv3d, strides': around(volume, () => layers.conv3d({ filters: 2, kernelSize: 2, strides: 2 })),
    conv3dTranspose: around(volume, () => layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 }), {
      refusal: 'gradient function not found for Conv3DBackpropInputV2',
    }),
    depthwiseConv2d: around(image, () => layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' })),
    'depthwiseConv2d, strides': around(image, () =>
      layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    ),
    'depthwiseConv2d, depthMultiplier': around(image, () =>
      layers.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2 }),
    ),
    separableConv2d: around(image, () =>
      layers.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }),
    ),
    'separableConv2d, strides, depthMultiplier': around(image, () =>
      layers.separableConv2d({ filters: 3, kernelSize: 2, strides: 2, depthMultiplier: 3 }),
    ),
  },
  'dense and embeddings': {
    dense: around(vector, () => layers.dense({ units: 5, activation: 'relu' })),
    'dense, of sequences': around(sequence, () => layers.dense({ units: 5 })),
    embedding: first([5], () => layers.embedding({ inputDim: 9, outputDim: 3 }), { wholeBelow: 9 }),
    'embedding, maskZero, lstm': {
      input: [5],
      wholeBelow: 4,
      connect: (x) => {
        const words = layers.embedding({ inputDim: 4, outputDim: 3, maskZero: true });
        return connectAll(x, words, layers.lstm({ units: 2 }), layers.dense({ units: 2 }));
      },
    },
  },
  recurrent: {
    simpleRNN: around(sequence, () => layers.simpleRNN({ units: 3 })),
    gru: around(sequence, () => layers.gru({ units: 3, returnSequences: true })),
    lstm: around(sequence, () => layers.lstm({ units: 3, returnSequences: true })),
    'lstm, goBackwards': around(sequence, () => layers.lstm({ units: 3, goBackwards: true })),
    'rnn, stackedRNNCells': around(sequence, () =>
      layers.rnn({
        cell: layers.stackedRNNCells({
          cells: [layers.gruCell({ units: 3 }), layers.lstmCell({ units: 2 })],
        }),
      }),
    ),
    'bidirectional, concatenated': around(sequence, () =>
      layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }), mergeMode: 'concat' }),
    ),
    'bidirectional, added': around(sequence, () =>
      layers.bidirectional({ layer: layers.gru({ units: 2 }) as never, mergeMode: 'sum' }),
    ),
    convLstm2d: around(
      [3, 4, 4, 2],
      () => layers.convLstm2d({ filters: 2, kernelSize: 2, padding: 'same' }) as never,
    ),
    'timeDistributed, dense': around(sequence, () =>
      layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
    ),
    'timeDistributed, conv2d': around([2, 4, 4, 3], () =>
      layers.timeDistributed({ layer: layers.conv2d({ filters: 2, kernelSize: 2 }) }),
    ),
    'masking, lstm': {
      input: [5, 1],
      wholeBelow: 3,
      connect: (x) =>
        connectAll(
          x,
          layers.masking({ maskValue: 0 }),
          layers.lstm({ units: 2 }),
          layers.dense({ units: 2 }),
        ),
    },
  },
  normalizations: {
    'batchNormalization, of vectors': around(vector, () => layers.batchNormalization()),
    'batchNormalization, of sequences': around(sequence, () => layers.batchNormalization()),
    'batchNormalization, of images': around(image, () => layers.batchNormalization()),
    'batchNormalization, axis 1': around(image, () => layers.batchNormalization({ axis: 1 }), {
      refusal: 'must match the product of shape',
    }),
    'batchNormalization, no scale, no center': around(
      image,
      () => layers.batchNormalization({ scale: false, center: false }),
      { refusal: "Cannot read properties of undefined (reading 'read')" },
    ),
    layerNormalization: around(image, () => layers.layerNormalization()),
    'layerNormalization, two axes': around(sequence, () => layers.layerNormalization({ axis: [1, 2] })),
  },
  pooling: {
    maxPooling1d: around(sequence, () => layers.maxPooling1d({ poolSize: 2 })),
    maxPooling2d: around(image, () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
    maxPooling3d: around(volume, () => layers.maxPooling3d({ poolSize: 2 })),
    averagePooling1d: around(sequence, () => layers.averagePooling1d({ poolSize: 2 })),
    averagePooling2d: around(image, () =>
      layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ),
    averagePooling3d: around(volume, () => layers.averagePooling3d({ poolSize: 2 })),
    globalMaxPooling1d: around(sequence, () => layers.globalMaxPooling1d()),
    globalMaxPooling2d: around(image, () => layers.globalMaxPooling2d({})),
    globalAveragePooling1d: around(sequence, () => layers.globalAveragePooling1d()),
    globalAveragePooling2d: around(image, () => layers.globalAveragePooling2d({})),
  },
  shapes: {
    'upSampling2d, nearest': around(image, () => layers.upSampling2d({ size: [2, 3] })),
    'upSampling2d, bilinear': around(image, () =>
      layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }),
    ),
    zeroPadding2d: around(image, () =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
    cropping2D: around(image, () =>
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
    flatten: around(image, () => layers.flatten()),
    reshape: around(image, () => layers.reshape({ targetShape: [10, 12] })),
    permute: around(image, () => layers.permute({ dims: [3, 1, 2] })),
    repeatVector: around(vector, () => layers.repeatVector({ n: 3 })),
    resizing: first(image, () => layers.resizing({ height: 4, width: 7 }) as never, {
      refusal: 'x must be rank 3 or 4, but got rank 1',
    }),
    centerCrop: first(image, () => layers.centerCrop({ height: 4, width: 3 }) as never, {
      refusal: 'input expected a batch of elements',
    }),
    rescaling: around(image, () => layers.rescaling({ scale: 0.5, offset: 1 }) as never),
  },
  activations: {
    ...Object.fromEntries(
      [
        ...[
          'elu',
          'selu',
          'relu',
          'relu6',
          'linear',
          'sigmoid',
          'hardSigmoid',
          'softplus',
          'softsign',
          'tanh',
        ],
        ...['softmax', 'logSoftmax', 'gelu', 'gelu_new', 'mish', 'swish'],
      ].map((name) => [name, activation(name)]),
    ),
    'reLU, with a maximum': around(vector, () => layers.reLU({ maxValue: 0.5 })),
    'elu, as a layer': around(vector, () => layers.elu()),
    leakyReLU: around(vector, () => layers.leakyReLU({ alpha: 0.1 })),
    prelu: around(vector, () => layers.prelu()),
    'prelu, of images, sharedAxes': around(image, () => layers.prelu({ sharedAxes: [1, 2] })),
    thresholdedReLU: around(vector, () => layers.thresholdedReLU({ theta: 0.2 }), {
      refusal: 'gradient function not found for Greater',
    }),
    'softmax, of images': around(image, () => layers.softmax({ axis: 3 })),
  },
  merging: {
    add: merging(image, () => layers.add()),
    multiply: merging(image, () => layers.multiply()),
    average: merging(image, () => layers.average()),
    maximum: merging(image, () => layers.maximum()),
    minimum: merging(image, () => layers.minimum()),
    concatenate: merging(image, () => layers.concatenate()),
    'concatenate, axis 1': merging(image, () => layers.concatenate({ axis: 1 })),
    dot: merging(vector, () => layers.dot({ axes: -1 })),
    'dot, of sequences, normalized': merging(sequence, () => layers.dot({ axes: 2, normalize: true })),
  },
  noise: {
    dropout: around(vector, () => layers.dropout({ rate: 0.4 })),
    spatialDropout1d: around(sequence, () => layers.spatialDropout1d({ rate: 0.4 })),
    gaussianNoise: around(vector, () => layers.gaussianNoise({ stddev: 0.3 })),
    gaussianDropout: around(vector, () => layers.gaussianDropout({ rate: 0.4 })),
    alphaDropout: around(vector, () => layers.alphaDropout({ rate: 0.4 })),
    'lstm, dropout': around(sequence, () => layers.lstm({ units: 3, dropout: 0.3, recurrentDropout: 0.3 })),
  },
  losses: {
    meanSquaredError: withLoss('meanSquaredError'),
    meanAbsoluteError: withLoss('meanAbsoluteError'),
    meanAbsolutePercentageError: withLoss('meanAbsolutePercentageError'),
    meanSquaredLogarithmicError: withLoss('meanSquaredLogarithmicError'),
    squaredHinge: withLoss('squaredHinge'),
    hinge: withLoss('hinge'),
    categoricalHinge: withLoss('categoricalHinge'),
    logcosh: withLoss('logcosh'),
    categoricalCrossentropy: withLoss('categoricalCrossentropy', 'softmax'),
    sparseCategoricalCrossentropy: withLoss('sparseCategoricalCrossentropy', 'softmax', { targetsBelow: 2 }),
    binaryCrossentropy: withLoss('binaryCrossentropy', 'sigmoid'),
    kullbackLeiblerDivergence: withLoss('kullbackLeiblerDivergence', 'softmax'),
    poisson: withLoss('poisson', 'sigmoid'),
    cosineProximity: withLoss('cosineProximity'),
  },
  optimizers: {
    sgd: withOptimizer(() => tf.train.sgd(0.1)),
    momentum: withOptimizer(() => tf.train.momentum(0.1, 0.9)),
    'momentum, Nesterov': withOptimizer(() => tf.train.momentum(0.1, 0.9, true)),
    rmsprop: withOptimizer(() => tf.train.rmsprop(0.01)),
    'rmsprop, centered': {
      ...withOptimizer(() => tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true)),
      refusal: 'The loss is NaN',
    },
    adam: withOptimizer(() => tf.train.adam(0.01)),
    adamax: withOptimizer(() => tf.train.adamax(0.01)),
    adadelta: withOptimizer(() => tf.train.adadelta(1)),
    adagrad: withOptimizer(() => tf.train.adagrad(0.1)),
  },
  'penalties and constraints': {
    'regularizers.l1l2': around(vector, () =>
      layers.dense({ units: 5, kernelRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.02 }) }),
    ),
    'constraints.maxNorm': around(vector, () =>
      layers.dense({ units: 5, kernelConstraint: constraints.maxNorm({ maxValue: 0.5 }) }),
    ),
    'constraints.unitNorm': around(vector, () =>
      layers.dense({ units: 5, kernelConstraint: constraints.unitNorm({}) }),
    ),
    'constraints.nonNeg': around(vector, () =>
      layers.dense({ units: 5, biasConstraint: constraints.nonNeg() }),
    ),
  },
};

/** The trainings as Markdown: those that run, by group, and those that TensorFlow.js doesn't train. */
export function describeTrainings(): string {
  const groups = Object.entries(layerTrainings);
  const trained = groups.map(([group, trainings]) => {
    const names = Object.entries(trainings).flatMap(([name, { refusal }]) =>
      refusal === undefined ? [name] : [],
    );
    return { group, names };
  });
  const refused = groups.flatMap(([, trainings]) =>
    Object.entries(trainings).flatMap(([name, { refusal }]) =>
      refusal === undefined ? [] : [{ name, refusal }],
    ),
  );
  return [
    `These ${trained.flatMap(({ names }) => names).length} kinds of trainings with tfjs-layers give the losses and weights of`,
    "TensorFlow.js's cpu backend (`upSampling2d`: those of gradients summed in float64, as the cpu backend's are wrong):",
    '',
    '| | trains |',
    '|---|---|',
    ...trained.map(({ group, names }) => `| ${group} | ${listed(names)} |`),
    '',
    "TensorFlow.js itself doesn't train these, on its cpu backend either:",
    '',
    '| | why: its message, or what happens |',
    '|---|---|',
    ...refused.map(({ name, refusal }) => `| ${listed([name])} | ${refusal} |`),
  ].join('\n');
}

/** "conv1d" and "conv1d, strides" as "`conv1d` (strides)". */
function listed(names: readonly string[]): string {
  const variants = new Map<string, string[]>();
  for (const name of names) {
    const [layer, ...variant] = name.split(', ') as [string, ...string[]];
    const known = variants.get(layer) ?? [];
    variants.set(layer, variant.length === 0 ? known : [...known, variant.join(', ')]);
  }
  return [...variants]
    .map(([layer, some]) => `\`${layer}\`${some.length === 0 ? '' : ` (${some.join('; ')})`}`)
    .join(', ');
}

/** A small network of depthwise separable blocks (Howard et al. 2017), of which the stem is frozen. */
export const mobileNet: LayerTraining = {
  input: [12, 12, 3],
  loss: 'meanSquaredError',
  optimizer: () => tf.train.adam(0.01),
  connect: (x) => {
    const normalized = () => [layers.batchNormalization(), layers.reLU({ maxValue: 6 })];
    const separable = (filters: number, strides: number) => [
      layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false }),
      ...normalized(),
      layers.conv2d({ filters, kernelSize: 1, useBias: false }),
      ...normalized(),
    ];
    return connectAll(
      x,
      layers.conv2d({
        filters: 8,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        useBias: false,
        trainable: false,
      }),
      ...normalized(),
      ...separable(12, 1),
      ...separable(16, 2),
      ...separable(16, 1),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: 'sigmoid' }),
    );
  },
};
