import {
  type Act,
  type Activation,
  type Conv,
  disposeVariables,
  initialize,
  initializers,
  type Network,
  type Op,
  parameters,
} from '@resnetjs/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { channelsFirst, oihw } from '../../layouts.js';
import { encodeOnnx } from './encode-onnx.js';

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
const valuesOf = ({ id }: { id: string }) => values.get(id);

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
        const data = all(fields, 2)[0] === 1 ? new Float32Array(bytes) : new BigInt64Array(bytes);
        return [texts(fields, 8)[0] as string, { shape: all(fields, 1), data }];
      }),
    ),
  };
}

beforeAll(() => tf.setBackend('cpu'));

describe('a network as an ONNX file', () => {
  it('has a node for each operation, and takes and gives what the network does', async () => {
    const file = read(await encodeOnnx(network, valuesOf));
    expect(file).toMatchObject({
      irVersion: 8,
      opset: [13],
      name: 'every operation',
      input: [['images', 'batch', 6, 5, 3]],
      output: [['logits', 'batch', 2]],
    });
    const lines = file.nodes.map(
      ({ type, inputs, output, attributes }) =>
        `${output} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "input = Transpose(images) {"perm":[0,3,1,2]}",
        "stem.0 = Pad(input, stem.0.pads) {}",
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
        "logits = Gemm(head.1, head.2.kernel, head.2.bias) {}",
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
    const zeros = ({ shape }: { shape: readonly number[] }) =>
      new Float32Array(shape.reduce((a, b) => a * b, 1));
    const { nodes, tensors } = read(await encodeOnnx(family, zeros));
    const lines = nodes.map(
      ({ type, inputs, output, attributes }) =>
        `${output} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "input = Transpose(images) {"perm":[0,3,1,2]}",
        "stem.0 = Conv(input, stem.0.kernel) {"kernel_shape":[3,2],"strides":[2,2],"pads":[0,2,1,3],"dilations":[2,3],"group":3}",
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
        "logits = Flatten(head.0.mean) {}",
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

  it('holds every parameter under its own name, in the layout of ONNX', async () => {
    const { tensors } = read(await encodeOnnx(network, valuesOf));
    const map = [2, 3, 4]; // before it is flattened
    for (const { id, role, shape } of parameters(network)) {
      const own = values.get(id) as Float32Array;
      const layout = shape.length === 4 ? oihw : id === 'head.2.kernel' ? channelsFirst(map) : undefined;
      expect([role, tensors.get(id)]).toEqual([
        role,
        { shape: layout?.shape(shape) ?? shape, data: layout?.fromOurs(own, shape) ?? own },
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
    const { input, output } = read(await encodeOnnx(network, valuesOf, { batchSize: 300 }));
    expect([input, output]).toEqual([[['images', 300, 6, 5, 3]], [['logits', 300, 2]]]);
    await expect(encodeOnnx(network, valuesOf, { batchSize: 0 })).rejects.toMatchObject({
      code: 'bad-option',
    });
  });

  it('is the same from variables as from their values', async () => {
    const variables = initialize(network);
    const all = new Map([...variables.weights, ...variables.statistics]);
    const fromValues = await encodeOnnx(network, ({ id }) => all.get(id)?.dataSync<'float32'>());
    expect(await encodeOnnx(network, variables)).toEqual(fromValues);
    disposeVariables(variables);
  });

  it('flattens in our order for what is not a dense layer, and ends as the network does', async () => {
    const norm: Op = {
      op: 'norm',
      epsilon: 1e-3,
      momentum: 0.9,
      scaleInitializer: { kind: 'ones' },
      runningVariance: 'biased',
    };
    const typesOf = async (head: readonly Op[]) => {
      const changed = { ...network, head };
      const zeros = ({ shape }: { shape: readonly number[] }) =>
        new Float32Array(shape.reduce((a, b) => a * b, 1));
      const { nodes, output } = read(await encodeOnnx(changed, zeros));
      return [...nodes.slice(-3).map(({ type }) => type), ...(output[0] ?? [])];
    };
    expect(await typesOf([{ op: 'flatten' }, norm])).toEqual([
      ...['Transpose', 'Flatten', 'BatchNormalization'],
      ...['logits', 'batch', 24],
    ]);
    expect(await typesOf([])).toEqual(['Add', 'Relu', 'Transpose', 'logits', 'batch', 2, 3, 4]);
  });

  it('is not written without every value, or with one that is not finite', async () => {
    await expect(encodeOnnx(network, () => undefined)).rejects.toMatchObject({
      code: 'missing-variable',
      message: expect.stringMatching(
        /needs 72 values for stem\.1\.kernel \[2, 3, 3, 4\], but there are none/,
      ),
    });
    await expect(encodeOnnx(network, () => new Float32Array(3))).rejects.toThrow(/but got 3/);
    const bad = ({ id }: { id: string }) => valuesOf({ id })?.map(() => Number.NaN);
    await expect(encodeOnnx(network, bad)).rejects.toMatchObject({ code: 'not-finite' });
  });
});
