import {
  asNetwork,
  convolutionalBlock,
  type RandomSource,
  RandomGenerator,
  identityBlock,
  initializers,
  type Network,
  statefulSource,
  statelessSource,
} from '@resnetjs/core';
import { NumpyRandom } from './numpy-random.js';
import type { Tolerance } from '../compare.js';

/** Float32 images, `[batch, height, width, channels]`, row-major. */
export interface PublishedImages {
  readonly values: Float32Array;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
}

/** Numbers that a document prints, and the call whose result they are. */
export interface PublishedResult {
  /** The document, in words. */
  readonly source: string;
  /** The call, in words: block, initialization, and the slice of the result that is printed. */
  readonly call: string;
  /** Networks whose variables are initialized one after another from one `random` source; the result of the last one is printed. */
  readonly networks: readonly [...Network[], Network];
  /** A fresh source of random numbers for the initialization. */
  readonly random: () => RandomSource;
  readonly images: () => PublishedImages;
  readonly mode: 'inference' | 'training';
  /** Picks the printed values from the result. */
  readonly read: (values: ArrayLike<number>, shape: readonly number[]) => readonly number[];
  readonly printed: readonly number[];
  readonly tolerance: Tolerance;
}

/** Random numbers as in TensorFlow's graph mode: every initializer is an operation of its own and starts at counter 0. */
export function graphSource(seed: number, operationSeed: number): RandomSource {
  return () => RandomGenerator.stateful(seed, operationSeed);
}

/** −1, 1 and 3 times ones(1,4,4,3), stacked. */
function constants(): PublishedImages {
  return {
    values: Float32Array.from({ length: 3 * 48 }, (_, i) => 2 * Math.floor(i / 48) - 1),
    shape: [3, 4, 4, 3],
  };
}

/** NumPy's `seed(1)` and `randn(3,4,4,6)`. */
function normals(): PublishedImages {
  const random = new NumpyRandom(1);
  return { values: Float32Array.from({ length: 3 * 96 }, () => random.normal()), shape: [3, 4, 4, 6] };
}

/** `A[:, (0,-1)].mean(axis=3)`: the first and the last row of every image, the mean of each pixel's channels. */
function outerRows(values: ArrayLike<number>, shape: readonly number[]): readonly number[] {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const means: number[] = [];
  for (let image = 0; image < batch; image++) {
    for (const row of [0, height - 1]) {
      for (let column = 0; column < width; column++) {
        const start = ((image * height + row) * width + column) * channels;
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += values[start + channel] as number;
        means.push(sum / channels);
      }
    }
  }
  return means;
}

/** `A[:, (0,-1)].mean(axis=3)[1,1,0]`. */
function oneOuterPixel(values: ArrayLike<number>, shape: readonly number[]): readonly number[] {
  const width = shape[2] as number;
  return [outerRows(values, shape)[(1 * 2 + 1) * width] as number];
}

/** `A[1,1,0]`. */
function onePixel(values: ArrayLike<number>, shape: readonly number[]): readonly number[] {
  const [, height, width, channels] = shape as [number, number, number, number];
  const start = ((1 * height + 1) * width + 0) * channels;
  return Array.from(values).slice(start, start + channels);
}

/** `A[0]`. */
function firstSample(values: ArrayLike<number>, shape: readonly number[]): readonly number[] {
  return Array.from(values).slice(
    0,
    shape.slice(1).reduce((a, b) => a * b, 1),
  );
}

/** Numbers as printed, each to within half a unit of its last digit; `0.` is exact: a ReLU made it. */
function print(text: string): { readonly printed: readonly number[]; readonly tolerance: Tolerance } {
  const numerals = text.trim().split(/\s+/);
  const halfUnits = numerals.map((numeral) => {
    const [, decimals = ''] = numeral.split('.');
    return Number(numeral) === 0 ? 0 : 0.5 * 10 ** -decimals.length;
  });
  return {
    printed: numerals.map(Number),
    tolerance: { absolute: halfUnits.map((half) => half + 1e-6), relative: 1e-6 },
  };
}

/** Numbers as printed, to within a relative error instead of half a unit of their last digit. */
function printWithin(relative: number, text: string) {
  return { printed: print(text).printed, tolerance: { absolute: 1e-6, relative } };
}

/** The course's test cell: kernels of ones, so nothing is random. */
function identityOfOnes(kernelSize: number, filters: readonly [number, number, number], epsilon: number) {
  const block = identityBlock({ kernelSize, filters, epsilon, initializer: initializers.ones() });
  return {
    networks: [asNetwork(block, [4, 4, 3])] as const,
    random: () => statelessSource(0),
    images: constants,
  };
}

function convolutional(stride: number, epsilon: number): Network {
  const initializer = initializers.glorotUniform(0);
  const block = convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6], stride, epsilon, initializer });
  return asNetwork(block, [4, 4, 3]);
}

function identityOfNormals(filters: readonly [number, number, number]): Network {
  const initializer = initializers.glorotUniform(0);
  return asNetwork(identityBlock({ kernelSize: 2, filters, epsilon: 1e-3, initializer }), [4, 4, 6]);
}

const zeros = (count: number) => '0. '.repeat(count);

/** The identity notebook's block. Its first convolution has F2 filters instead of F1: [2,4,6] is [4,4,6] in effect. */
export const identityNotebookBlock = identityOfNormals([4, 4, 6]);

/** The course's helper is plain Keras with an epsilon near this; Keras's own is 1e-3. */
const courseEpsilon = 1e-6;

/** Values of blocks' results that the documents, and other versions of the same course, print. */
export const publishedResults: readonly PublishedResult[] = [
  {
    source: 'the identity notebook',
    call: 'identity f=2 [2,4,6], glorot(seed 0): A[1,1,0]',
    networks: [identityNotebookBlock],
    random: () => statelessSource(0),
    images: normals,
    mode: 'inference',
    read: onePixel,
    ...print('0. 0. 1.2737559 1.9671017 0. 1.236164'),
  },
  {
    source: 'the oldest version of the identity notebook',
    call: 'identity f=2 [2,4,6], graph seed 87654321, operation seed 0: A[1,1,0]',
    networks: [identityOfNormals([2, 4, 6])],
    random: () => graphSource(87654321, 0),
    images: normals,
    mode: 'inference',
    read: onePixel,
    ...print('0.94822985 0. 1.16101444 2.747859 0. 1.36677003'),
  },
  {
    source: 'the assignment',
    call: 'identity f=2 [4,4,3], ones: A[:,(0,-1)].mean(axis=3)',
    ...identityOfOnes(2, [4, 4, 3], courseEpsilon),
    mode: 'inference',
    read: outerRows,
    ...printWithin(
      1e-6,
      `${zeros(8)}
       192.99974 192.99974 192.99974 96.99986   96.99986 96.99986 96.99986 48.99993
       578.9994 578.9994 578.9994 290.99963     290.99963 290.99963 290.99963 146.99982`,
    ),
  },
  {
    source: 'the assignment',
    call: 'identity f=2 [4,4,3], ones: resume[1,1,0]',
    ...identityOfOnes(2, [4, 4, 3], courseEpsilon),
    mode: 'inference',
    read: oneOuterPixel,
    ...printWithin(1e-6, '96.999855'),
  },
  {
    source: 'the assignment',
    call: 'identity f=3 [3,3,3], ones, training: A[:,(0,-1)].mean(axis=3)',
    ...identityOfOnes(3, [3, 3, 3], courseEpsilon),
    mode: 'training',
    read: outerRows,
    ...print(
      `${zeros(8)}
       0.37387 0.37387 0.37387 0.37387   0.37387 0.37387 0.37387 0.37387
       3.23793 4.13955 4.13955 3.23793   3.23793 4.13955 4.13955 3.23793`,
    ),
  },
  {
    source: 'the assignment',
    call: 'convolutional f=2 [2,4,6] s=2 after one of s=4, global seed 2: A[0]',
    networks: [convolutional(4, courseEpsilon), convolutional(2, courseEpsilon)],
    random: () => statefulSource(2, 0),
    images: constants,
    mode: 'inference',
    read: firstSample,
    ...print(
      `0.3347573 1.6415622 0.33794785 0.08483201 0.8150141 0.
       0.17481059 1.5698532 0.26053628 0. 0.7671118 0.
       0. 1.4983335 0.16898686 0. 0.6183615 0.
       0. 1.4503356 0.11640047 0. 0.58086616 0.`,
    ),
  },
  {
    source: 'another version of the course',
    call: 'identity f=2 [4,4,3], ones: A[:,(0,-1)].mean(axis=3)',
    ...identityOfOnes(2, [4, 4, 3], 1e-3),
    mode: 'inference',
    read: outerRows,
    ...printWithin(
      1e-5,
      `${zeros(8)}
       192.71236 192.71236 192.71236 96.85619   96.85619 96.85619 96.85619 48.9281
       578.1371 578.1371 578.1371 290.56854     290.56854 290.56854 290.56854 146.78427`,
    ),
  },
  {
    source: 'another version of the course',
    call: 'identity f=3 [3,3,3], ones, training: A[:,(0,-1)].mean(axis=3)',
    ...identityOfOnes(3, [3, 3, 3], 1e-3),
    mode: 'training',
    read: outerRows,
    ...print(
      `${zeros(8)}
       ${'0.37394285 '.repeat(8)}
       3.2379014 4.1394243 4.1394243 3.2379014   3.2379014 4.1394243 4.1394243 3.2379014`,
    ),
  },
  {
    source: 'another version of the course',
    call: 'identity f=2 [3,3,3], ones, training: A[:,(0,-1)].mean(axis=3)',
    ...identityOfOnes(2, [3, 3, 3], 1e-3),
    mode: 'training',
    read: outerRows,
    ...print(
      `${zeros(8)}
       ${'0.40739 '.repeat(8)}
       4.99991 4.99991 4.99991 3.25948   3.25948 3.25948 3.25948 2.40739`,
    ),
  },
  {
    source: 'another version of the course',
    call: 'convolutional f=2 [2,4,6] s=2, glorot(seed 0): A[0]',
    networks: [convolutional(2, 1e-3)],
    random: () => statelessSource(0),
    images: constants,
    mode: 'inference',
    read: firstSample,
    ...print(
      `0. 0.66683817 0. 0. 0.88853896 0.5274254
       0. 0.65053666 0. 0. 0.89592844 0.49965227
       0. 0.6312079 0. 0. 0.8636247 0.47643146
       0. 0.5688321 0. 0. 0.85534114 0.41709304`,
    ),
  },
];

/** Parameter counts and sizes of networks that a document, or another version of the course, prints. */
export const publishedNetworks = {
  preactResNet: {
    source: 'the pre-activation document',
    parameters: { total: 96_133, trainable: 93_957, nonTrainable: 2_176 },
  },
  courseResNet50: {
    source: 'another version of the course',
    parameters: { total: 23_600_006, trainable: 23_546_886, nonTrainable: 53_120 },
    /** Height of the feature map wherever it changes, from the padded image to the last pooling, in pixels. */
    heights: [70, 32, 15, 8, 4, 2, 1],
    rowsByType: {
      InputLayer: 1,
      ZeroPadding2D: 1,
      Conv2D: 53,
      BatchNormalization: 53,
      Activation: 49,
      MaxPooling2D: 1,
      Add: 16,
      AveragePooling2D: 1,
      Flatten: 1,
      Dense: 1,
    },
  },
} as const;

/** Shapes, `[height, width, channels]`, that the assignment prints after each convolution of a block and after its shortcut. */
export const publishedShapes = [
  {
    network: asNetwork(identityBlock({ kernelSize: 2, filters: [4, 4, 3] }), [4, 4, 3], 'identity f=2'),
    branch: [
      [4, 4, 4],
      [4, 4, 4],
      [4, 4, 3],
    ],
    shortcut: null,
  },
  {
    network: asNetwork(identityBlock({ kernelSize: 3, filters: [3, 3, 3] }), [4, 4, 3], 'identity f=3'),
    branch: [
      [4, 4, 3],
      [4, 4, 3],
      [4, 4, 3],
    ],
    shortcut: null,
  },
  {
    network: asNetwork(
      convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6], stride: 4 }),
      [4, 4, 3],
      's=4',
    ),
    branch: [
      [1, 1, 2],
      [1, 1, 4],
      [1, 1, 6],
    ],
    shortcut: [1, 1, 6],
  },
  {
    network: asNetwork(convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6] }), [4, 4, 3], 's=2'),
    branch: [
      [2, 2, 2],
      [2, 2, 4],
      [2, 2, 6],
    ],
    shortcut: [2, 2, 6],
  },
] as const satisfies readonly {
  network: Network;
  branch: readonly (readonly number[])[];
  shortcut: readonly number[] | null;
}[];
