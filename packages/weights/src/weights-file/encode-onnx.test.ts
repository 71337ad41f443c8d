import {
  type Act,
  type Activation,
  type Conv,
  createNetwork,
  initializers,
  type Network,
  type Op,
  type Parameter,
  parameters,
} from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { halfBits } from '../float-values.js';
import { joinedBytes } from '../joined-bytes.js';
import { channelsFirst, identity, nested, oihw, outIn } from '../layouts.js';
import { type EncodedWeights, type EncodeWeightsOptions, encodeWeights } from './encode-weights.js';

// What onnxruntime computes of such a file, tooling/bench/src/onnx.test.mjs compares.

const initializer = initializers.zeros();
const conv = (kernelSize: Conv['kernelSize'], stride: number, bias: boolean): Conv => ({
  ...{
    op: 'conv',
    filters: 4,
    kernelSize,
    strides: [stride, stride],
    padding: 'same',
    groups: 1,
    dilations: [1, 1],
  },
  ...{ bias, initializer },
});
const act = (activation: Activation): Act => ({ op: 'act', activation });
const dense = (units: number): Op => ({ op: 'dense', units, activation: 'softmax', initializer });

const network: Network = {
  name: 'every operation',
  input: [6, 5, 3],
  inputName: 'x',
  stem: [
    { op: 'pad', top: 1, bottom: 2, left: 3, right: 4 },
    conv([2, 3], 2, true),
    {
      op: 'norm',
      epsilon: 0.25,
      momentum: 0.9,
      scaleInitializer: { kind: 'ones' },
      runningVariance: 'biased',
    },
    act('relu6'),
    { op: 'pool', mode: 'max', size: [2, 2], strides: [2, 2], padding: 'valid' },
  ],
  stages: [
    [
      {
        op: 'residual',
        preact: [],
        branch: [conv([3, 3], 1, false), act('sigmoid')],
        shortcut: [],
        shortcutFrom: 'input',
        postact: [act('relu')],
      },
    ],
  ],
  head: [
    { op: 'pool', mode: 'average', size: [2, 2], strides: [1, 1], padding: 'same' },
    { op: 'flatten' },
    dense(2),
  ],
};

/** A different value everywhere. */
const values = new Map(
  parameters(network).map(({ id, shape }, index) => [
    id,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => 1000 * index + at),
  ]),
);

type Options = Omit<EncodeWeightsOptions, 'to'>;

type Read = (parameter: Parameter) => Float32Array<ArrayBuffer>;

/** A network with these values as an ONNX file. */
function encodeOf(network: Network, read: Read, options: Options = {}): EncodedWeights {
  const preprocessing = { mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear', fit: 'fill' } as const;
  const classes = ['a', 'b'];
  const weights = { network, classes, preprocessing, training: null };
  return encodeWeights(
    { ...weights, read: async (parameter) => read(parameter) },
    { to: 'onnx', ...options },
  );
}

async function bytesOf(file: EncodedWeights): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of file.parts) parts.push(part);
  return joinedBytes(parts);
}

const encode = async (...request: Parameters<typeof encodeOf>) => bytesOf(encodeOf(...request));

const valuesOf = ({ id }: Parameter) => values.get(id) as Float32Array<ArrayBuffer>;
const sites = { dialect: 'sites' } as const;
const zeros = ({ shape }: Parameter) => new Float32Array(shape.reduce((a, b) => a * b, 1));

type Field = readonly [field: number, value: number | Uint8Array];

/** A reader of protocol buffers of its own: the fields of a message, numbers or bytes. */
function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag & 7;
    if (type === 0) fields.push([tag >> 3, varint()]);
    else if (type === 5) {
      fields.push([tag >> 3, view.getFloat32(at, true)]);
      at += 4;
    } else {
      expect(type).toBe(2);
      const length = varint();
      fields.push([tag >> 3, message.subarray(at, at + length)]);
      at += length;
    }
  }
  expect(at).toBe(message.length);
  return fields;
}
const all = (fields: readonly Field[], number: number) =>
  fields.filter(([field]) => field === number).map(([, value]) => value);
const messages = (fields: readonly Field[], number: number) =>
  (all(fields, number) as Uint8Array[]).map((bytes) => fieldsOf(bytes));
const texts = (fields: readonly Field[], number: number) =>
  (all(fields, number) as Uint8Array[]).map((bytes) => new TextDecoder().decode(bytes));

/** By onnx.proto's numbers of types; halves are their bits. */
const valueTypes = { 1: Float32Array, 7: BigInt64Array, 10: Uint16Array } as const;

/** The parts of an ONNX file, by onnx.proto's field numbers. */
function read(file: Uint8Array) {
  const model = fieldsOf(file);
  const [graph = []] = messages(model, 7);
  const value = (fields: readonly Field[]) => {
    const [tensor = []] = messages(messages(fields, 2)[0] ?? [], 1);
    const sizes = messages(messages(tensor, 2)[0] ?? [], 1);
    return [texts(fields, 1)[0], ...sizes.map((size) => all(size, 1)[0] ?? texts(size, 2)[0])];
  };
  return {
    irVersion: all(model, 1)[0],
    opset: messages(model, 8).map((each) => all(each, 2)[0]),
    name: texts(graph, 2)[0],
    metadata: Object.fromEntries(
      messages(model, 14).map((entry) => [texts(entry, 1)[0], texts(entry, 2)[0]]),
    ),
    input: messages(graph, 11).map(value),
    output: messages(graph, 12).map(value),
    nodes: messages(graph, 1).map((fields) => ({
      name: texts(fields, 3)[0],
      type: texts(fields, 4)[0],
      inputs: texts(fields, 1),
      output: texts(fields, 2)[0],
      attributes: Object.fromEntries(
        messages(fields, 5).map((attribute) => {
          const [type] = all(attribute, 20); // 1: float, 2: int, 7: ints
          const value = type === 7 ? all(attribute, 8) : all(attribute, type === 1 ? 2 : 3)[0];
          return [texts(attribute, 1)[0], value];
        }),
      ),
    })),
    tensors: new Map(
      messages(graph, 5).map((fields) => {
        const bytes = Uint8Array.from(all(fields, 9)[0] as Uint8Array).buffer;
        const data = new valueTypes[all(fields, 2)[0] as keyof typeof valueTypes](bytes);
        return [texts(fields, 8)[0] as string, { shape: all(fields, 1), data }];
      }),
    ),
  };
}

describe('a network as an ONNX file', () => {
  it('has a node for each operation, and takes and gives what the network does', async () => {
    const file = read(await encode(network, valuesOf, sites));
    expect(file).toMatchObject({
      irVersion: 8,
      opset: [17],
      name: 'every operation',
      input: [['images', 'batch', 3, 6, 5]],
      output: [['logits', 'batch', 2]],
    });
    const lines = file.nodes.map(
      ({ type, inputs, output, attributes }) =>
        `${output} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "stem.0 = Pad(images, stem.0.pads) {}",
        "stem.1 = Conv(stem.0, stem.1.kernel, stem.1.bias) {"kernel_shape":[2,3],"strides":[2,2],"pads":[0,0,1,1]}",
        "stem.2 = BatchNormalization(stem.1, stem.2.scale, stem.2.offset, stem.2.mean, stem.2.variance) {"epsilon":0.25}",
        "stem.3 = Clip(stem.2, stem.3.min, stem.3.max) {}",
        "stem.4 = MaxPool(stem.3) {"kernel_shape":[2,2],"strides":[2,2],"pads":[0,0,0,0]}",
        "stage0.block0.branch.0 = Conv(stem.4, stage0.block0.branch.0.kernel) {"kernel_shape":[3,3],"strides":[1,1],"pads":[1,1,1,1]}",
        "stage0.block0.branch.1 = Sigmoid(stage0.block0.branch.0) {}",
        "stage0.block0.add.0 = Add(stage0.block0.branch.1, stem.4) {}",
        "stage0.block0.postact.0 = Relu(stage0.block0.add.0) {}",
        "head.0 = AveragePool(stage0.block0.postact.0) {"kernel_shape":[2,2],"strides":[1,1],"pads":[0,0,1,1]}",
        "head.1 = Flatten(head.0) {}",
        "logits = Gemm(head.1, head.2.kernel, head.2.bias) {"transB":1}",
      ]
    `);
    const made = new Set(['images', ...file.tensors.keys()]);
    for (const { inputs, output = '' } of file.nodes) {
      for (const input of inputs) expect(made).toContain(input);
      expect(made).not.toContain(output);
      made.add(output);
    }
  });

  it('has groups, dilation, margins, gates, channels of zeros and global pooling as ONNX has them', async () => {
    const family: Network = {
      ...network,
      stem: [
        { ...conv([3, 2], 2, false), filters: 6, groups: 3, dilations: [2, 3], padding: [0, 1, 2, 3] },
        { op: 'subsample', strides: [1, 2], channelsBefore: 1, channelsAfter: 2 },
        { op: 'gate', gate: [{ op: 'globalPool', keepDims: true }, act('sigmoid')] },
        { op: 'pool', mode: 'average', size: [2, 2], strides: [1, 1], padding: [1, 0, 0, 1] },
        { op: 'pad', top: 0, bottom: 1, left: 1, right: 0 },
        { op: 'pool', mode: 'max', size: [2, 2], strides: [1, 1], padding: 'valid' },
        { op: 'dropout', rate: 0.5, per: 'example' },
      ],
      stages: [],
      head: [{ op: 'globalPool', keepDims: false }],
    };
    const { nodes, tensors } = read(await encode(family, zeros, sites));
    const lines = nodes.map(
      ({ type, inputs, output, attributes }) =>
        `${output} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "stem.0 = Conv(images, stem.0.kernel) {"kernel_shape":[3,2],"strides":[2,2],"pads":[0,2,1,3],"dilations":[2,3],"group":3}",
        "stem.1.pixels = Slice(stem.0, stem.1.starts, stem.1.ends, stem.1.axes, stem.1.steps) {}",
        "stem.1 = Pad(stem.1.pixels, stem.1.pads) {}",
        "stem.2.gate.0 = GlobalAveragePool(stem.1) {}",
        "stem.2.gate.1 = Sigmoid(stem.2.gate.0) {}",
        "stem.2 = Mul(stem.1, stem.2.gate.1) {}",
        "stem.3 = AveragePool(stem.2) {"kernel_shape":[2,2],"strides":[1,1],"pads":[1,0,0,1]}",
        "stem.4 = Pad(stem.3, stem.4.pads, stem.4.value) {}",
        "stem.5 = MaxPool(stem.4) {"kernel_shape":[2,2],"strides":[1,1],"pads":[0,0,0,0]}",
        "stem.6 = Dropout(stem.5) {}",
        "head.0.mean = GlobalAveragePool(stem.6) {}",
        "features = Flatten(head.0.mean) {}",
      ]
    `);
    expect(tensors.get('stem.0.kernel')?.shape).toEqual([6, 1, 3, 2]);
    const constants = [...tensors].filter(([name]) => name.startsWith('stem.1.'));
    expect(Object.fromEntries(constants.map(([name, { data }]) => [name, [...data].map(Number)]))).toEqual({
      'stem.1.starts': [0, 0],
      'stem.1.ends': [2, 4],
      'stem.1.axes': [2, 3],
      'stem.1.steps': [1, 2],
      'stem.1.pads': [0, 1, 0, 0, 0, 2, 0, 0],
    });
  });

  it('holds every parameter in the layout of ONNX, as PyTorch exports it', async () => {
    const { tensors } = read(await encode(network, valuesOf, sites));
    const map = [2, 3, 4]; // before it is flattened
    for (const { id, role, shape } of parameters(network)) {
      const own = values.get(id) as Float32Array;
      const isDense = id === 'head.2.kernel';
      const layout = shape.length === 4 ? oihw : isDense ? nested(outIn, channelsFirst(map)) : identity;
      expect([role, tensors.get(id)]).toEqual([
        role,
        { shape: layout.shape(shape), data: layout.fromOurs(own, shape) },
      ]);
    }
    const others = [...tensors].filter(([name]) => !values.has(name));
    expect(Object.fromEntries(others.map(([name, { data }]) => [name, [...data]]))).toEqual({
      'stem.0.pads': [0n, 0n, 1n, 3n, 0n, 0n, 2n, 4n],
      'stem.3.min': [0],
      'stem.3.max': [6],
    });
  });

  it('may have a fixed batch size', async () => {
    const { input, output } = read(await encode(network, valuesOf, { ...sites, batchSize: 300 }));
    expect([input, output]).toEqual([[['images', 300, 3, 6, 5]], [['logits', 300, 2]]]);
    await expect(encode(network, valuesOf, { ...sites, batchSize: 0 })).rejects.toMatchObject({
      code: 'bad-option',
    });
  });

  it('takes images with their channels last, if it is to', async () => {
    const { input, nodes } = read(await encode(network, valuesOf, { ...sites, layout: 'nhwc' }));
    expect(input).toEqual([['images', 'batch', 6, 5, 3]]);
    expect(nodes.slice(0, 2)).toMatchObject([
      {
        type: 'Transpose',
        inputs: ['images'],
        output: 'x.channels-first',
        attributes: { perm: [0, 3, 1, 2] },
      },
      { type: 'Pad', inputs: ['x.channels-first', 'stem.0.pads'] },
    ]);
  });

  it('flattens in our order for what is not a dense layer, and ends as the network does', async () => {
    const norm: Op = {
      op: 'norm',
      epsilon: 1e-3,
      momentum: 0.9,
      scaleInitializer: { kind: 'ones' },
      runningVariance: 'biased',
    };
    const typesOf = async (head: readonly Op[], layout: 'nchw' | 'nhwc') => {
      const { nodes, output } = read(await encode({ ...network, head }, zeros, { layout }));
      return [...nodes.slice(-3).map(({ type }) => type), ...(output[0] ?? [])];
    };
    for (const layout of ['nchw', 'nhwc'] as const) {
      expect(await typesOf([{ op: 'flatten' }, norm], layout)).toEqual([
        ...['Transpose', 'Flatten', 'BatchNormalization'],
        ...['features', 'batch', 24],
      ]);
    }
    expect(await typesOf([], 'nhwc')).toEqual(['Add', 'Relu', 'Transpose', 'features', 'batch', 2, 3, 4]);
    expect(await typesOf([], 'nchw')).toEqual(['Sigmoid', 'Add', 'Relu', 'features', 'batch', 4, 2, 3]);
  });

  it('folds a normalization into the convolution before it, if nothing else takes that', async () => {
    const file = encodeOf(network, valuesOf, { ...sites, fold: true });
    expect(file.onnx?.folded).toBe(1);
    const { name, nodes, tensors, metadata } = read(await bytesOf(file));
    expect(name).toBe('every operation-folded');
    expect(Object.keys(metadata)).toEqual(['resnetjs-classes', 'resnetjs-preprocessing']);
    expect(nodes.map(({ type }) => type)).not.toContain('BatchNormalization');
    expect(nodes.slice(1, 3)).toMatchObject([
      { type: 'Conv', inputs: ['stem.0', 'stem.1.kernel', 'stem.1.bias'], output: 'stem.1' },
      { type: 'Clip', inputs: ['stem.1', 'stem.3.min', 'stem.3.max'] },
    ]);
    const [scale, offset, mean, variance] = (['scale', 'offset', 'mean', 'variance'] as const).map(
      (role) => values.get(`stem.2.${role}`) as Float32Array,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const factors = [...scale].map((each, at) => each / Math.sqrt((variance[at] as number) + 0.25));
    const bias = [...(values.get('stem.1.bias') as Float32Array)].map(
      (each, at) => (each - (mean[at] as number)) * (factors[at] as number) + (offset[at] as number),
    );
    expect(tensors.get('stem.1.bias')?.data).toEqual(Float32Array.from(bias));
    const kernel = (values.get('stem.1.kernel') as Float32Array).map(
      (each, at) => each * (factors[at % 4] as number),
    );
    expect(tensors.get('stem.1.kernel')?.data).toEqual(oihw.fromOurs(kernel, [2, 3, 3, 4]));

    const norm = network.stem[2] as Op;
    const shared: Network = {
      ...{ ...network, stem: [conv([1, 1], 1, false)], head: [{ op: 'globalPool', keepDims: false }] },
      stages: [
        [
          {
            ...{ op: 'residual', preact: [norm], branch: [conv([1, 1], 1, false), norm], shortcut: [] },
            ...{ shortcutFrom: 'input', postact: [] },
          },
        ],
      ],
    };
    const ending = read(await encode(shared, zeros, { ...sites, fold: true }));
    expect(ending.nodes.map(({ type, output }) => `${type} ${output}`)).toEqual([
      ...['Conv stem.0', 'BatchNormalization stage0.block0.preact.0', 'Conv stage0.block0.branch.0'],
      ...['Add stage0.block0.add.0', 'GlobalAveragePool head.0.mean', 'Flatten features'],
    ]);
  });

  it('names layers and parameters as their source does, and says what the network is', async () => {
    const resnet = createNetwork('cifar/resnet20');
    const { name, nodes, tensors, metadata } = read(await encode(resnet, zeros));
    expect(name).toBe('cifar/resnet20');
    expect(metadata).toMatchObject({ 'resnetjs-network': 'cifar/resnet20', 'resnetjs-classes': '["a","b"]' });
    expect([...tensors.keys()].slice(0, 6)).toEqual([
      ...['conv1.weight', 'bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var'],
      'layer1.0.conv1.weight',
    ]);
    expect(tensors.get('linear.weight')?.shape).toEqual([10, 64]);
    expect(nodes.slice(0, 2).map(({ name, output }) => [name, output])).toEqual([
      ['conv1', 'conv1'],
      ['bn1', 'bn1'],
    ]);
    const shortcut = nodes.filter((each) => each.name?.startsWith('layer2.0.shortcut'));
    expect(shortcut.map(({ type, name, output }) => [type, name, output])).toEqual([
      ['Slice', 'layer2.0.shortcut', 'layer2.0.shortcut.pixels'],
      ['Pad', 'layer2.0.shortcut.pad', 'layer2.0.shortcut'],
    ]);
    const layerNames = { 'stem.0': 'images', 'stem.1': 'logits', 'stem.2': 'a/gamma', 'stem.3': 'a' };
    const norm = network.stem[2] as Op;
    const odd: Network = {
      ...{ ...network, layerNames, stages: [] },
      stem: [conv([1, 1], 1, false), act('relu'), act('relu'), norm],
    };
    const unique = read(await encode(odd, zeros));
    expect(unique.nodes.slice(0, 4).map(({ inputs, output }) => [inputs[0], output])).toEqual([
      ...[
        ['images', 'images_1'],
        ['images_1', 'logits_1'],
        ['logits_1', 'a/gamma_1'],
        ['a/gamma_1', 'a'],
      ],
    ]);
    expect([...unique.tensors.keys()].slice(0, 2)).toEqual(['images/kernel', 'a/gamma']);
  });

  it('holds halves that operators make float32', async () => {
    const file = encodeOf(network, valuesOf, { ...sites, half: true });
    const { nodes, tensors } = read(await bytesOf(file));
    expect(file.loss).toMatchObject({ infinite: 0, small: 0 });
    expect(file.loss?.relative).toBeGreaterThan(0); // a kernel's, beyond 2,048
    expect(tensors.get('stem.1.bias')).toEqual({
      shape: [4],
      data: Uint16Array.from([1000, 1001, 1002, 1003], halfBits),
    });
    expect(nodes.find(({ inputs }) => inputs[0] === 'stem.1.bias')).toMatchObject({
      ...{ type: 'Cast', output: 'stem.1.bias.float32', attributes: { to: 1 } },
    });
    expect(nodes.find(({ type }) => type === 'Conv')?.inputs).toEqual([
      ...['stem.0', 'stem.1.kernel.float32', 'stem.1.bias.float32'],
    ]);
  });

  it('is not written with values of another shape', async () => {
    await expect(encode(network, () => new Float32Array(3), sites)).rejects.toMatchObject({
      code: 'shape-mismatch',
      message: expect.stringMatching(/stem\.1\.kernel \[4, 3, 2, 3\] of F32 has 288 bytes/),
    });
  });
});
