import {
  disposeVariables,
  foldBatchNorm,
  forward,
  layerNames as layerNamesOf,
  mapOperations,
  type Network,
  networks,
  plainNetwork,
  preprocessings,
  ResNetError,
  courseResNet50,
  createNetwork,
  truncate,
} from '@resnetjs/core';
import { createRecipe, type TrainingRecord } from '@resnetjs/recipe';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { byteSource } from '../byte-source.js';
import { readSafetensorsHeader } from '../containers/safetensors.js';
import { decodeClassifier } from './decode-classifier.js';
import { encodeClassifier } from './encode-classifier.js';
import { networkSchema } from './network-schema.js';
import { formatVersion } from './versions.js';
import { type Entry, fileOf, openFile, tinyClassifier, tinyNetwork, sealed } from './tiny.test-support.js';

const training: TrainingRecord = {
  data: { source: 'synthetic:signs', images: 600 },
  validation: null,
  initialization: 'glorot',
  recipe: createRecipe({ epochs: 2, groups: [{ match: { role: 'kernel' }, l2: 1e-4 }] }),
  backend: 'wasm',
  epochs: 2,
  steps: 38,
  final: { training: { loss: 0.5, accuracy: 0.75 }, validation: null },
};

const own = tinyClassifier();
let bytes: Uint8Array<ArrayBuffer>;

const small = { input: [33, 35, 3], classes: 3 } as const;

/** The first block of each stage, with an eighth of the filters. */
function narrowed(network: Network): Network {
  const stages = network.stages.map((blocks) => blocks.slice(0, 1));
  return mapOperations({ ...network, stages }, (ops) =>
    ops.map((op) => {
      if (op.op !== 'conv') return op;
      return { ...op, filters: op.filters / 8, groups: Math.max(1, op.groups / 8) };
    }),
  );
}

/** The file with a change in its header or its data. */
function changed(change: (header: Record<string, Entry>) => void, data?: Uint8Array): Uint8Array {
  const opened = openFile(bytes);
  change(opened.header);
  return sealed(fileOf(opened.header, data ?? opened.data));
}

function withNetwork(change: (network: { stem: object[]; head: object[] }) => void): Uint8Array {
  return changed((header) => {
    const metadata = header.__metadata__ as unknown as { network: string };
    const network = JSON.parse(metadata.network);
    change(network);
    metadata.network = JSON.stringify(network);
  });
}

/** How a file is refused, whose checksum is right. */
async function refusal(file: Uint8Array): Promise<ResNetError> {
  const before = tf.memory().numTensors;
  try {
    await decodeClassifier(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ResNetError);
    expect((error as ResNetError).code).toBe('bad-file');
    expect(tf.memory().numTensors).toBe(before);
    return error as ResNetError;
  }
  throw new Error('The file was accepted.');
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  bytes = Uint8Array.from(await encodeClassifier(own, { training }));
});

describe('a model file', () => {
  it('holds the classifier, and how it was trained', async () => {
    const before = tf.memory().numTensors;
    const read = await decodeClassifier(bytes);
    expect(read.network).toEqual(own.network);
    expect(read.classes).toEqual(own.classes);
    expect(read.preprocessing).toEqual(own.preprocessing);
    expect(read.training).toEqual(training);
    for (const kind of ['weights', 'statistics'] as const) {
      expect([...read.variables[kind].keys()]).toEqual([...own.variables[kind].keys()]);
      for (const [id, tensor] of read.variables[kind]) {
        expect(tensor.dataSync()).toEqual(own.variables[kind].get(id)?.dataSync());
      }
    }
    disposeVariables(read.variables);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says how images are resized; an older file means stretched and bilinear', async () => {
    const preprocessing = { ...own.preprocessing, interpolation: 'bicubic', fit: 'crop' } as const;
    const read = await decodeClassifier(await encodeClassifier({ ...own, preprocessing }));
    expect(read.preprocessing).toEqual(preprocessing);
    disposeVariables(read.variables);
    const older = changed((header) =>
      Object.assign(header.__metadata__ as object, {
        preprocessing: '{"mean":[0,0,0],"std":[255,255,255]}',
      }),
    );
    const old = await decodeClassifier(older);
    expect(old.preprocessing).toMatchObject({ interpolation: 'bilinear', fit: 'fill' });
    disposeVariables(old.variables);
  });

  it('says how images are cropped and which channel comes first, if not as in files from before', async () => {
    const metadataOf = (file: Uint8Array) =>
      (openFile(file).header.__metadata__ as unknown as Record<string, string>).preprocessing as string;
    const preprocessing = { ...preprocessings.keras.caffe, cropShare: 0.875 };
    const file = await encodeClassifier({ ...own, preprocessing });
    expect(JSON.parse(metadataOf(file))).toEqual(preprocessing);
    const read = await decodeClassifier(file);
    expect(read.preprocessing).toEqual(preprocessing);
    disposeVariables(read.variables);
    const usual = { ...own.preprocessing, cropShare: 1, channelOrder: 'rgb' } as const;
    expect(
      Buffer.compare(await encodeClassifier({ ...own, preprocessing: usual }, { training }), bytes),
    ).toBe(0);
    expect(metadataOf(bytes)).not.toMatch(/cropShare|channelOrder/);
  });

  it('may be a Buffer of Node', async () => {
    const read = await decodeClassifier(Buffer.from(bytes));
    for (const kind of ['weights', 'statistics'] as const) {
      for (const [id, tensor] of read.variables[kind]) {
        expect(tensor.dataSync()).toEqual(own.variables[kind].get(id)?.dataSync());
      }
    }
    disposeVariables(read.variables);
  });

  it('is read from a byte source as from bytes', async () => {
    const before = tf.memory().numTensors;
    const { variables, ...described } = await decodeClassifier(byteSource(new Blob([bytes])));
    const { variables: expected, ...same } = await decodeClassifier(bytes);
    expect(described).toEqual(same);
    for (const kind of ['weights', 'statistics'] as const) {
      const valuesOf = (map: ReadonlyMap<string, tf.Tensor>) =>
        [...map].map(([id, each]) => [id, each.dataSync()]);
      expect(valuesOf(variables[kind])).toEqual(valuesOf(expected[kind]));
    }
    disposeVariables(variables);
    disposeVariables(expected);
    for (const bad of [bytes.slice(0, -4), fileOf({ __metadata__: { a: 'b' } })])
      await expect(decodeClassifier(byteSource(bad))).rejects.toMatchObject({ code: 'bad-file' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('may start anywhere in a larger buffer', async () => {
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    disposeVariables((await decodeClassifier(larger.subarray(3))).variables);
  });

  it('has equal bytes for equal classifiers, in whatever order their fields are', async () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, reversed(each)]),
      );
    };
    const twin = { ...own, network: reversed(own.network) as Network };
    const again = await encodeClassifier(twin, { training: reversed(training) as TrainingRecord });
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  it('holds the names that a file gave the layers, in one order', async () => {
    const layerNames = { 'stem.1': 'my/norm', 'stem.0': 'my/conv', 'head.0': '层' };
    const other = Object.fromEntries(Object.entries(layerNames).reverse());
    const named = (names: Network['layerNames'] & object) =>
      encodeClassifier({ ...own, network: { ...own.network, layerNames: names } });
    const file = await named(layerNames);
    expect(await named(other)).toEqual(file);
    const { network, variables } = await decodeClassifier(file);
    disposeVariables(variables);
    expect(network).toEqual({ ...own.network, layerNames });
    expect(layerNamesOf(network).slice(1, 3)).toEqual(['my/conv', 'my/norm']);
    expect((await decodeClassifier(bytes)).network).not.toHaveProperty('layerNames');
  });

  it('holds every kind of network', async () => {
    const described = [
      ...Object.values(networks).map((build) => build()),
      createNetwork('seresnext50_32x4d', {
        ...{ input: [65, 40, 4], classes: null, dropout: 0.2 },
        ...{ outputStride: 8, stochasticDepth: 0.1, zeroInitResidual: true },
      }),
      createNetwork('cifar/resnet20', { shortcut: 'C' }),
      truncate(createNetwork('resnet26d'), 2),
      plainNetwork(tinyNetwork),
      courseResNet50({ initialization: 'course', classes: 3 }),
      mapOperations(tinyNetwork, (ops) =>
        ops.map((op) => (op.op === 'act' ? ({ ...op, activation: 'sigmoid' } as const) : op)),
      ),
    ];
    for (const network of described)
      expect(networkSchema.parse(JSON.parse(JSON.stringify(network)))).toEqual(network);
    const folded = foldBatchNorm(own);
    const file = await encodeClassifier({ ...own, ...folded });
    const read = await decodeClassifier(file);
    expect(read.network).toEqual(folded.network);
    expect(read.training).toBeNull();
    disposeVariables(read.variables);
    disposeVariables(folded.variables);
  });

  it.each<[string, Network]>([
    [
      'channels of zeros',
      createNetwork('cifar/resnet20', { input: [9, 7, 3], classes: 3, zeroInitResidual: true }),
    ],
    [
      'groups, gates, dilation and stochastic depth',
      narrowed(createNetwork('seresnext50_32x4d', { ...small, outputStride: 8, stochasticDepth: 0.3 })),
    ],
    ['pre-activation and bias', narrowed(createNetwork('keras/resnet50v2', small))],
    ['averaging before projections', narrowed(createNetwork('resnet26d', { ...small, dropout: 0.2 }))],
  ])('holds a network with %s, to the bits of its result', async (_, network) => {
    const before = tf.memory().numTensors;
    const given = tinyClassifier(network);
    const file = await encodeClassifier(given);
    const read = await decodeClassifier(file);
    expect(read.network).toEqual(network);
    const images = tf.ones([1, ...network.input]);
    const results = [given, read].map(({ variables }) => forward(network, variables, images));
    expect(results[1]?.dataSync()).toEqual(results[0]?.dataSync());
    expect(Buffer.compare(await encodeClassifier(read), file)).toBe(0);
    for (const { variables } of [given, read]) disposeVariables(variables);
    tf.dispose([images, ...results]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is not written if variables are missing or not finite', async () => {
    const weights = new Map(own.variables.weights);
    weights.delete('stem.0.kernel');
    const lacking = { ...own, variables: { ...own.variables, weights } };
    await expect(encodeClassifier(lacking)).rejects.toMatchObject({ code: 'missing-variable' });
    weights.set('stem.0.kernel', tf.fill([3, 3, 3, 128], Number.NaN));
    await expect(encodeClassifier(lacking)).rejects.toMatchObject({ code: 'not-finite' });
    const odd = { ...own, network: { ...own.network, name: '' } };
    await expect(encodeClassifier(odd)).rejects.toThrow(/network can't be written to a file: name/);
    weights.get('stem.0.kernel')?.dispose();
  });
});

describe('reading a model file rejects', () => {
  const metadata = (header: Record<string, Entry>) =>
    header.__metadata__ as unknown as Record<string, string>;

  it.each<[string, () => Uint8Array, RegExp]>([
    ['a file that others wrote', () => changed((header) => delete header.__metadata__), /did not write it/],
    [
      'another version',
      () =>
        changed((header) => Object.assign(metadata(header), { resnetjs: `${Number(formatVersion) + 1}` })),
      /version "\d+".*versions 1 to \d+\. Use the ResNet\.js that wrote it, or a newer one/,
    ],
    [
      'an unknown key',
      () => changed((header) => Object.assign(metadata(header), { note: '1' })),
      /the key "note"/,
    ],
    [
      'no word on its training',
      () => changed((header) => delete metadata(header).training),
      /training is missing/,
    ],
    ['no network', () => changed((header) => delete metadata(header).network), /network is missing/],
    [
      'a network that is not JSON',
      () => changed((header) => Object.assign(metadata(header), { network: '{' })),
      /not JSON/,
    ],
    [
      'an unknown operation',
      () => withNetwork((network) => Object.assign(network.stem[0] as object, { op: 'rnn' })),
      /stem\.0/,
    ],
    [
      'an extra field',
      () => withNetwork((network) => Object.assign(network, { more: 1 })),
      /network is not valid/,
    ],
    [
      'a fraction of a filter',
      () => withNetwork((network) => Object.assign(network.stem[0] as object, { filters: 0.5 })),
      /filters/,
    ],
    [
      'an input of size 0',
      () => withNetwork((network) => Object.assign(network, { input: [0, 8, 3] })),
      /input/,
    ],
    [
      'layers that do not fit',
      () => withNetwork((network) => Object.assign(network, { input: [4, 4, 3] })),
      /fit together/,
    ],
    [
      'results too large for any memory',
      () => withNetwork((network) => Object.assign(network, { input: [16384, 16384, 3] })),
      /more than 268435456 values/,
    ],
    [
      'more outputs than it names classes',
      () => withNetwork((network) => Object.assign(network.head[4] as object, { units: 300 })),
      /outputs \[300\]/,
    ],
    [
      'two classes of one name',
      () => changed((header) => Object.assign(metadata(header), { classes: '["a","b","a"]' })),
      /classes is not valid: a class is named twice/,
    ],
    [
      'fewer classes than the network has outputs',
      () => changed((header) => Object.assign(metadata(header), { classes: '["a","b"]' })),
      /outputs \[3\], but the file names 2/,
    ],
    [
      'preprocessing with the wrong number of channels',
      () => changed((header) => Object.assign(metadata(header), { preprocessing: '{"mean":[0],"std":[1]}' })),
      /3 channels/,
    ],
    [
      'preprocessing that divides by 0',
      () =>
        changed((header) =>
          Object.assign(metadata(header), { preprocessing: '{"mean":[0,0,0],"std":[1,0,1]}' }),
        ),
      /std/,
    ],
    ...(
      [
        ['[1e9,0,0]', '[1,1,1]'],
        ['[0,0,0]', '[1,1e-300,1]'],
        ['[0,0,0]', '[1,1e300,1]'],
      ] as const
    ).map(([mean, std]): [string, () => Uint8Array, RegExp] => [
      `preprocessing that nothing survives: mean ${mean}, std ${std}`,
      () =>
        changed((header) =>
          Object.assign(metadata(header), { preprocessing: `{"mean":${mean},"std":${std}}` }),
        ),
      /preprocessing is not valid: mean and std leave nothing/,
    ]),
    [
      'an unknown interpolation',
      () =>
        changed((header) =>
          Object.assign(metadata(header), {
            preprocessing: '{"mean":[0,0,0],"std":[1,1,1],"interpolation":"lanczos"}',
          }),
        ),
      /interpolation/,
    ],
    ...(
      [
        ['"cropShare":0', /preprocessing is not valid at cropShare/],
        ['"cropShare":1e-9', /preprocessing is not valid at cropShare/],
        ['"cropShare":1.5', /preprocessing is not valid at cropShare/],
        ['"cropShare":"1"', /preprocessing is not valid at cropShare/],
        ['"channelOrder":"gbr"', /preprocessing is not valid at channelOrder/],
        ['"crop":0.875', /preprocessing is not valid: .*"crop".*a newer ResNet\.js wrote it/],
      ] as const
    ).map(([setting, message]): [string, () => Uint8Array, RegExp] => [
      `preprocessing with ${setting}`,
      () =>
        changed((header) =>
          Object.assign(metadata(header), {
            preprocessing: `{"mean":[0,0,0],"std":[1,1,1],${setting}}`,
          }),
        ),
      message,
    ]),
    [
      'blue first among other than three channels',
      () =>
        changed((header) =>
          Object.assign(metadata(header), {
            preprocessing: '{"mean":[0],"std":[1],"channelOrder":"bgr"}',
          }),
        ),
      /bgr is an order of 3 channels/,
    ],
    [
      'tensors with shapes that the network does not have',
      () => withNetwork((network) => Object.assign(network.stem[0] as object, { kernelSize: [1, 9] })),
      /stem\.0\.kernel as F32 \[1, 9, 3, 128\], but the file holds F32 \[3, 3, 3, 128\]/,
    ],
    [
      'a missing tensor',
      () =>
        changed((header) => {
          const { 'head.0.scale': scale, ...others } = header;
          for (const key of Object.keys(header)) delete header[key];
          Object.assign(header, others, { 'head.0.other': scale });
        }),
      /holds nothing/,
    ],
    [
      'an extra tensor',
      () =>
        changed((header) =>
          Object.assign(header, { more: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
        ),
      /"more"/,
    ],
    ...(
      [
        ['groups that do not divide the channels', { groups: 2 }, /does not fit together: .* has 2 groups/],
        ['no groups', { groups: 0 }, /stem\.0\.groups/],
        ['millions of groups', { groups: 2 ** 21 }, /stem\.0\.groups/],
        ['a dilation of 0', { dilations: [0, 1] }, /stem\.0\.dilations/],
        ['a dilation beyond any map', { dilations: [1, 1e9] }, /stem\.0\.dilations/],
        [
          'a small kernel whose gaps fill any memory',
          { dilations: [1024, 1024] },
          /dilated kernel of \[2049, 2049, 3, 128\], more than 268435456 values/,
        ],
        [
          'a dilated window larger than the map',
          { dilations: [4, 4], padding: 'valid' },
          /does not fit together/,
        ],
        ['three margins', { padding: [1, 1, 1] }, /stem\.0\.padding/],
        ['a negative margin', { padding: [1, 1, -1, 1] }, /stem\.0\.padding/],
        ['a margin beyond any map', { padding: [1e9, 0, 0, 0] }, /stem\.0\.padding/],
        ['more margin than window', { padding: [3, 0, 0, 0] }, /does not fit together/],
        [
          'an unknown mode of an initializer',
          { initializer: { kind: 'kaimingNormal', mode: 'fan' } },
          /mode/,
        ],
      ] as const
    ).map(([what, fields, message]): [string, () => Uint8Array, RegExp] => [
      what,
      () => withNetwork((network) => Object.assign(network.stem[0] as object, fields)),
      message,
    ]),
    ...(
      [
        [
          'a gate inside a gate',
          { op: 'gate', gate: [{ op: 'gate', gate: [{ op: 'flatten' }] }] },
          /stem\.3\.gate\.0/,
        ],
        ['an empty gate', { op: 'gate', gate: [] }, /stem\.3\.gate/],
        ['a gate of another size', { op: 'gate', gate: [{ op: 'flatten' }] }, /does not fit together/],
        ['a gate with a field too many', { op: 'gate', gate: [{ op: 'flatten' }], more: 1 }, /stem\.3/],
        [
          'channels of zeros that fill any memory',
          { op: 'subsample', strides: [1, 1], channelsBefore: 2 ** 20, channelsAfter: 2 ** 20 },
          /more than|does not fit together/,
        ],
        [
          'channels of zeros without end',
          { op: 'subsample', strides: [1, 1], channelsBefore: 1e12, channelsAfter: 0 },
          /stem\.3/,
        ],
        [
          'a subsampling by 0',
          { op: 'subsample', strides: [0, 1], channelsBefore: 0, channelsAfter: 0 },
          /stem\.3/,
        ],
        ['dropout for something else', { op: 'dropout', rate: 0.5, per: 'batch' }, /stem\.3\.per/],
        ['dropout of everything', { op: 'dropout', rate: 1, per: 'example' }, /stem\.3\.rate/],
      ] as const
    ).map(([what, op, message]): [string, () => Uint8Array, RegExp] => [
      what,
      () => withNetwork((network) => network.stem.push(op)),
      message,
    ]),
    ...(
      [
        ['a normalization of another variance', { runningVariance: 'sample' }, /stem\.1\.runningVariance/],
        [
          'a scale that starts as nothing known',
          { scaleInitializer: { kind: 'twos' } },
          /stem\.1\.scaleInitializer/,
        ],
      ] as const
    ).map(([what, fields, message]): [string, () => Uint8Array, RegExp] => [
      what,
      () => withNetwork((network) => Object.assign(network.stem[1] as object, fields)),
      message,
    ]),
    ['values that are not finite', () => changed(() => {}, openFile(bytes).data.fill(0xff)), /not finite/],
  ])('%s', async (_what, make, message) => {
    expect((await refusal(make())).message).toMatch(message);
  });

  it('a key twice, anywhere, __proto__ among them', async () => {
    const { header, data } = openFile(bytes);
    const text = JSON.stringify(header);
    const twice = /an object has a key twice|header is not JSON/;
    for (const [from, to] of [
      ['{', '{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},'],
      ['{\\"name\\"', '{\\"__proto__\\":{\\"x\\":1},\\"name\\"'],
    ] as const) {
      await refusal(sealed(fileOf(text.replace(from, to), data)));
    }
    for (const [from, to] of [
      ['"classes":', '"classes":"[\\"a\\",\\"b\\",\\"c\\"]","classes":'],
      ['{\\"name\\"', '{\\"name\\":\\"other\\",\\"name\\"'],
      ['"head.0.scale":', '"head.0.scale":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"head.0.scale":'],
    ] as const) {
      expect(text).toContain(from);
      expect((await refusal(sealed(fileOf(text.replace(from, to), data)))).message).toMatch(twice);
    }
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('variances below 0', async () => {
    const file = bytes.slice();
    const { start } = readSafetensorsHeader(bytes).tensors.get('head.0.variance') ?? { start: 0 };
    new DataView(file.buffer).setFloat32(start, -1e-3, true);
    expect((await refusal(sealed(file))).message).toMatch(/head\.0\.variance holds variances below 0/);
  });

  it('a file that says it is older, and has no checksum to check', async () => {
    const old = changed((header) => Object.assign(metadata(header), { resnetjs: '3' }));
    expect((await refusal(old)).message).toMatch(/holds "checksum"/);
  });

  it('a file truncated anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(bytes.length - 1), fc.nat(20_000)), async (length) => {
        await refusal(bytes.slice(0, Math.min(length, bytes.length - 1)));
      }),
      { numRuns: 300, seed: 20151210 },
    );
  });

  it('one flipped bit of the description, before the tensors are read', async () => {
    const described = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 64, max: described * 8 - 1 }), async (bit) => {
        const file = bytes.slice();
        file[bit >> 3] = (file[bit >> 3] as number) ^ (1 << (bit & 7));
        await refusal(file);
        let read = 0;
        const { size, read: from } = byteSource(file);
        const source = {
          size,
          read: (start: number, end: number) => {
            read += end - start;
            return from(start, end);
          },
        };
        await expect(decodeClassifier(source)).rejects.toMatchObject({ code: 'bad-file' });
        expect(read).toBeLessThanOrEqual(8 + described + 64);
      }),
      { numRuns: 500, seed: 20151210 },
    );
  });
});

it.each([{}, undefined])(
  'a model is written and read without the Web Cryptography API: %o',
  async (crypto) => {
    vi.stubGlobal('crypto', crypto);
    try {
      expect(Buffer.compare(await encodeClassifier(own, { training }), bytes)).toBe(0);
      disposeVariables((await decodeClassifier(bytes)).variables);
    } finally {
      vi.unstubAllGlobals();
    }
  },
);
