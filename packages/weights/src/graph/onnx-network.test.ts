import { type Norm, walk } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import {
  encoded,
  type GraphToWrite,
  node as nodeFields,
  type NodeToWrite,
  onnxWith,
  type TensorToCraft,
} from '../containers/onnx/crafted.test-support.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { openOnnx } from '../containers/onnx/open-onnx.js';
import { onnxNetwork } from './onnx-network.js';
import { append, type Reading } from './onnx-results.js';

type Attributes = Exclude<NodeToWrite[3], undefined>;

const floats = (name: string, shape: readonly number[], first = 1): TensorToCraft => ({
  ...{ name, shape },
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => first + index),
});
const ints = (name: string, values: readonly number[]): TensorToCraft => ({
  name,
  shape: [values.length],
  values,
});

async function read(graph: GraphToWrite, size?: readonly [number, number]) {
  return onnxNetwork(await openOnnx(byteSource(onnxWith(graph))), size ? { size } : {});
}

/** The operations of a network that is a line, without what only training needs. */
async function line(
  nodes: readonly NodeToWrite[],
  { tensors = [], ...graph }: Partial<GraphToWrite> = {},
): Promise<readonly unknown[]> {
  const found = await read({ nodes, tensors, ...graph });
  return walk(found.network)
    .slice(1)
    .map(({ op }) => {
      const {
        initializer: _,
        scaleInitializer: __,
        ...own
      } = op as { initializer?: unknown; scaleInitializer?: unknown };
      return own;
    });
}

const refused = (nodes: readonly NodeToWrite[], tensors: readonly TensorToCraft[], reason: string | RegExp) =>
  expect(line(nodes, { tensors })).rejects.toThrow(reason);

const kernel = floats('w', [4, 3, 3, 3]);
const conv = { op: 'conv', filters: 4, kernelSize: [3, 3], strides: [1, 1], groups: 1, dilations: [1, 1] };

describe('operators of ONNX', () => {
  it('Conv: pads, auto_pad, groups, dilations, strides, bias', async () => {
    const of = async (attributes: Attributes, inputs = ['x', 'w'], tensors = [kernel]) =>
      (await line([['Conv', inputs, 'y', attributes]], { tensors }))[0];
    expect(await of({})).toEqual({ ...conv, padding: 'valid', bias: false });
    expect(await of({ pads: [0, 1, 2, 0] })).toMatchObject({ padding: [0, 2, 1, 0] });
    expect(await of({ auto_pad: 'SAME_UPPER', strides: [2, 2] })).toMatchObject({ padding: 'same' });
    expect(await of({ auto_pad: 'SAME_LOWER', strides: [2, 1] })).toMatchObject({ padding: [1, 0, 1, 1] });
    expect(await of({ auto_pad: 'VALID', dilations: [2, 3] })).toMatchObject({
      padding: 'valid',
      dilations: [2, 3],
    });
    expect(await of({ group: 3 }, ['x', 'w'], [floats('w', [6, 1, 3, 3])])).toMatchObject({
      groups: 3,
      filters: 6,
    });
    const bias = [kernel, floats('b', [4])];
    expect(await of({}, ['x', 'w', 'b'], bias)).toMatchObject({ bias: true });
  });

  it('Conv: a constant added to it is its bias, and one of zeros is none', async () => {
    const bias = floats('b', [1, 4, 1, 1]);
    const added: NodeToWrite[] = [
      ['Conv', ['x', 'w'], 'a'],
      ['Add', ['b', 'a'], 'y'],
    ];
    expect(await line(added, { tensors: [kernel, bias] })).toEqual([
      { ...conv, padding: 'valid', bias: true },
    ]);
    await refused(added, [kernel, floats('b', [1, 1, 6, 6])], /"y".*"Add" with a constant of \[1, 1, 6, 6\]/);
    const zeros: NodeToWrite[] = [
      ['ConstantOfShape', ['n'], 'b'],
      ['Conv', ['x', 'w', 'b'], 'y'],
    ];
    expect(await line(zeros, { tensors: [kernel, ints('n', [4])] })).toMatchObject([{ bias: false }]);
  });

  it('BatchNormalization, with the epsilon that was meant', async () => {
    const tensors = ['s', 'b', 'm', 'v'].map((name) => floats(name, [3]));
    const nodes: NodeToWrite[] = [
      ['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', { epsilon: { float: 1e-3 } }],
    ];
    expect(await line(nodes, { tensors })).toEqual([
      { op: 'norm', epsilon: 1e-3, momentum: 0.9, runningVariance: 'biased' },
    ]);
    // Until version 13, results of its own for the statistics mean training.
    const training: NodeToWrite = ['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', {}, [[2, 'mean']]];
    await refused([training], tensors, /"y".*as in training/);
  });

  it('activations', async () => {
    expect(await line([['Relu', ['x'], 'y']])).toEqual([{ op: 'act', activation: 'relu' }]);
    expect(await line([['Sigmoid', ['x'], 'y']])).toEqual([{ op: 'act', activation: 'sigmoid' }]);
    const attributes = { min: { float: 0 }, max: { float: 6 } };
    expect(await line([['Clip', ['x'], 'y', attributes]], { opset: 7 })).toEqual([
      { op: 'act', activation: 'relu6' },
    ]);
    const bounds = [floats('low', [], 0), floats('high', [], 6)];
    const relu6: NodeToWrite[] = [['Clip', ['x', 'low', 'high'], 'y']];
    expect(await line(relu6, { tensors: bounds })).toEqual([{ op: 'act', activation: 'relu6' }]);
    expect(await line([['Clip', ['x', 'low'], 'y']], { tensors: bounds })).toEqual([
      { op: 'act', activation: 'relu' },
    ]);
    await refused([['Clip', ['x', 'high'], 'y']], bounds, /"y".*clips to \[6, Infinity\]/);
    await refused([['HardSigmoid', ['x'], 'y']], [], /"y".*it is "HardSigmoid"/);
  });

  it('pooling: padding is left out, or is zeros before it; ceil_mode is padding', async () => {
    const of = (type: string, attributes: Attributes, input = [1, 3, 8, 7]) =>
      line([[type, ['x'], 'y', { kernel_shape: [3, 2], ...attributes }]], { input });
    const pool = { op: 'pool', size: [3, 2], strides: [1, 1], padding: 'valid' };
    expect(await of('MaxPool', {})).toEqual([{ ...pool, mode: 'max' }]);
    expect(await of('AveragePool', { pads: [1, 1, 1, 1] })).toEqual([
      { ...pool, mode: 'average', padding: [1, 1, 1, 1] },
    ]);
    expect(await of('AveragePool', { pads: [1, 0, 1, 0], count_include_pad: 1 })).toEqual([
      { op: 'pad', top: 1, bottom: 1, left: 0, right: 0 },
      { ...pool, mode: 'average' },
    ]);
    const strides = [2, 2];
    expect(await of('MaxPool', { strides, ceil_mode: 1 })).toEqual([
      { ...pool, mode: 'max', strides, padding: [0, 1, 0, 1] },
    ]);
    // A window that begins beyond the map is none.
    expect(await of('AveragePool', { kernel_shape: [1, 1], strides: [3, 7], ceil_mode: 1 })).toEqual([
      { ...pool, mode: 'average', size: [1, 1], strides: [3, 7] },
    ]);
    // What ceil_mode makes a window reach out to is not counted, whatever count_include_pad says.
    const both = { strides, ceil_mode: 1, count_include_pad: 1 };
    expect(await of('AveragePool', both)).toEqual([
      { ...pool, mode: 'average', strides, padding: [0, 1, 0, 1] },
    ]);
    expect(await of('AveragePool', { ...both, pads: [1, 1, 0, 0] })).toEqual([
      { op: 'pad', top: 1, bottom: 0, left: 1, right: 0 },
      { ...pool, mode: 'average', strides },
    ]);
    expect(await of('AveragePool', { ...both, pads: [0, 0, 1, 1] }, [1, 3, 9, 8])).toEqual([
      { op: 'pad', top: 0, bottom: 1, left: 0, right: 1 },
      { ...pool, mode: 'average', strides, padding: [0, 1, 0, 0] },
    ]);
    await expect(of('MaxPool', { dilations: [2, 2] })).rejects.toThrow(/"y".*pools with dilation/);
  });

  it('global pooling in all its forms', async () => {
    const map = { op: 'globalPool', keepDims: true };
    const features = { op: 'globalPool', keepDims: false };
    expect(await line([['GlobalAveragePool', ['x'], 'y']])).toEqual([map]);
    expect(await line([['ReduceMean', ['x'], 'y', { axes: [-1, 2], keepdims: 0 }]])).toEqual([features]);
    const axes = { tensors: [ints('a', [2, 3])] };
    expect(await line([['ReduceMean', ['x', 'a'], 'y']], axes)).toEqual([map]);
    const flattened = (node: NodeToWrite, tensors: readonly TensorToCraft[] = []) =>
      line([['GlobalAveragePool', ['x'], 'p'], node, ['Identity', ['f'], 'y']], { tensors });
    expect(await flattened(['Flatten', ['p'], 'f'])).toEqual([features]);
    expect(await flattened(['Squeeze', ['p'], 'f', { axes: [2, 3] }])).toEqual([features]);
    expect(await flattened(['Reshape', ['p', 's'], 'f'], [ints('s', [0, -1])])).toEqual([features]);
    await refused([['ReduceMean', ['x'], 'y', { axes: [1] }]], [], /"y".*takes the mean of .* along \[1\]/);
  });

  it('a shape that is computed from the image', async () => {
    const tensors = [ints('zero', [0]), ints('rest', [-1]), floats('w', [192, 2]), floats('b', [2])];
    const nodes: NodeToWrite[] = [
      ['Shape', ['x'], 's'],
      ['Gather', ['s', 'zero'], 'n'],
      ['Concat', ['n', 'rest'], 'to', { axis: 0 }],
      ['Reshape', ['x', 'to'], 'f'],
      ['Gemm', ['f', 'w', 'b'], 'y'],
    ];
    const input = ['batch', 3, 8, 8];
    expect(await line(nodes, { tensors, input })).toMatchObject([
      { op: 'flatten' },
      { op: 'dense', units: 2 },
    ]);
  });

  it('dense layers: a Gemm, or a product and a sum, and softmax at the end', async () => {
    const pooled: NodeToWrite[] = [
      ['GlobalAveragePool', ['x'], 'p'],
      ['Flatten', ['p'], 'f'],
    ];
    const dense = { op: 'dense', units: 2, activation: 'linear' };
    const tensors = [floats('w', [3, 2]), floats('t', [2, 3]), floats('b', [2])];
    const of = async (...nodes: readonly NodeToWrite[]) =>
      (await line([...pooled, ...nodes], { tensors })).slice(1);
    expect(await of(['Gemm', ['f', 'w', 'b'], 'y'])).toEqual([dense]);
    expect(await of(['Gemm', ['f', 't', 'b'], 'y', { transB: 1 }])).toEqual([dense]);
    expect(await of(['MatMul', ['f', 'w'], 'm'], ['Add', ['m', 'b'], 'y'])).toEqual([dense]);
    expect(await of(['Transpose', ['t'], 'tt'], ['Gemm', ['f', 'tt', 'b'], 'y'])).toEqual([dense]);
    expect(await of(['Gemm', ['f', 'w', 'b'], 'm'], ['Softmax', ['m'], 'y', { axis: 1 }])).toEqual([
      { ...dense, activation: 'softmax' },
    ]);
    await expect(of(['MatMul', ['f', 'w'], 'y'])).rejects.toThrow(/"y".*dense layer without a bias/);
    await expect(of(['Gemm', ['f', 'w', 'b'], 'y', { alpha: { float: 2 } }])).rejects.toThrow(
      /"y".*an alpha/,
    );
    await expect(of(['Softmax', ['f'], 'y'])).rejects.toThrow(/"y".*it is a softmax/);
  });

  it('padding: zeros around the map, and channels of zeros with every n-th pixel before', async () => {
    const pads = (values: readonly number[]) => [ints('p', values)];
    const pad: NodeToWrite = ['Pad', ['x', 'p'], 'y'];
    expect(await line([pad], { tensors: pads([0, 0, 1, 2, 0, 0, 3, 4]) })).toEqual([
      { op: 'pad', top: 1, bottom: 3, left: 2, right: 4 },
    ]);
    const optionA = { op: 'subsample', strides: [2, 2], channelsBefore: 1, channelsAfter: 2 };
    const channels = [0, 1, 0, 0, 0, 2, 0, 0];
    const slices: NodeToWrite[] = [
      ['Slice', ['x', 'start', 'end', 'rows', 'step'], 'a'],
      ['Slice', ['a', 'start', 'end', 'columns', 'step'], 'b'],
    ];
    const bounds = [
      ints('start', [0]),
      ints('end', [2 ** 53]),
      ints('rows', [2]),
      ints('columns', [3]),
      ints('step', [2]),
    ];
    const sliced = [...pads(channels), ...bounds];
    expect(await line([...slices, ['Pad', ['b', 'p'], 'y']], { tensors: sliced })).toEqual([optionA]);
    const joined: NodeToWrite[] = [
      ...slices,
      ['ConstantOfShape', ['before'], 'zeros'],
      ['Concat', ['zeros', 'b', 'after'], 'y', { axis: 1 }],
    ];
    const zeros = [
      ints('before', [1, 1, 4, 4]),
      { ...floats('after', [1, 2, 4, 4]), values: new Float32Array(32) },
    ];
    expect(await line(joined, { tensors: [...sliced, ...zeros] })).toEqual([optionA]);
    const pooled: NodeToWrite[] = [
      ['AveragePool', ['x'], 'a', { kernel_shape: [1, 1], strides: [2, 2] }],
      ['Pad', ['a', 'p'], 'y'],
    ];
    expect(await line(pooled, { tensors: pads(channels) })).toEqual([optionA]);
    await refused([pad], pads([0, 0, -1, 0, 0, 0, 0, 0]), /"y".*pads by/);
    await refused([['Pad', ['x', 'p'], 'y', { mode: 'reflect' }]], pads(channels), /"y".*mode "reflect"/);
    await refused(
      [['Pad', ['x', 'p', 'one'], 'y']],
      [...pads(channels), floats('one', [])],
      /"y".*pads with 1/,
    );
    for (const [end, inputs] of [
      [4, ['x', 'start', 'end', 'rows']],
      [6, ['x', 'start', 'end', 'rows', 'step']], // without the last of rows 0, 2, 4 and 6
    ] as const) {
      await refused(
        [['Slice', inputs, 'y']],
        [...bounds.toSpliced(1, 1), ints('end', [end])],
        /"y".*takes a part/,
      );
    }
  });

  it('what is of other axes than it seems is refused', async () => {
    const moved = (...perm: number[]): NodeToWrite => ['Transpose', ['x'], 'a', { perm }];
    await refused([moved(0, 2, 3, 1), ['GlobalAveragePool', ['a'], 'y']], [], /"y".*its channels last/);
    await refused([moved(0, 2, 1, 3), ['Flatten', ['a'], 'y']], [], /"y".*it reshapes \[1, 8, 3, 8\]/);
  });

  it('many nodes of one name have names of their own, soon', () => {
    const names = new Map<string, number>();
    const reading = { nodes: [], names, counted: new Set() } as unknown as Reading;
    const same = { name: 'same', type: 'Relu', inputs: [] } as unknown as OnnxFileNode;
    for (let count = 0; count < 30_000; count++) append(same, { op: 'flatten' }, { from: [], reading });
    expect(names.size).toBe(30_000);
    expect(reading.nodes.slice(0, 3).map(({ name }) => name)).toEqual(['same', 'same_1', 'same_2']);
  });

  it('dropout, which is kept for training, and what does nothing', async () => {
    expect(await line([['Dropout', ['x'], 'y', { ratio: { float: 0.1 } }]], { opset: 7 })).toEqual([
      { op: 'dropout', rate: 0.1, per: 'value' },
    ]);
    const nodes: NodeToWrite[] = [
      ['Identity', ['x'], 'a'],
      ['Cast', ['a'], 'b', { to: 10 }],
      ['Relu', ['b'], 'y'],
    ];
    expect(await line(nodes)).toEqual([{ op: 'act', activation: 'relu' }]);
  });
});

describe('the image of an ONNX file', () => {
  const nodes: NodeToWrite[] = [['Relu', ['x'], 'y']];

  it('may have any number of images, and any size, which is then said', async () => {
    const input = ['n', 3, 'h', 'w'];
    expect((await read({ nodes, input }, [6, 5])).network.input).toEqual([6, 5, 3]);
    expect((await read({ nodes, input: [16, 3, 6, 5] })).network.input).toEqual([6, 5, 3]);
    await expect(read({ nodes, input })).rejects.toThrow(
      /images of any size.*input: \[224, 224, 3\].*--image-size/,
    );
    await expect(read({ nodes, input: [1, 'c', 6, 5] })).rejects.toThrow(/"x".*takes \[1, any, 6, 5\]/);
    await expect(read({ nodes, input: [1, 7] })).rejects.toThrow(/"x".*takes \[1, 7\]/);
  });

  it('may have its channels last, and be prepared', async () => {
    const last: NodeToWrite[] = [
      ['Sub', ['x', 'mean'], 'a'],
      ['Div', ['a', 'std'], 'b'],
      ['Mul', ['half', 'b'], 'c'],
      ['Pad', ['c', 'pads'], 'p'],
      ['Transpose', ['p'], 'd', { perm: [0, 3, 1, 2] }],
      ['Relu', ['d'], 'y'],
    ];
    const tensors = [
      ...[floats('mean', [3]), floats('std', [1, 1, 1, 3], 4), floats('half', [], 0.5)],
      ints('pads', [0, 1, 2, 0, 0, 0, 0, 0]),
    ];
    const { network, rescaling } = await read({ nodes: last, tensors, input: [1, 6, 5, 3] });
    expect(network.input).toEqual([6, 5, 3]);
    expect(network.stem).toEqual([
      { op: 'pad', top: 1, bottom: 0, left: 2, right: 0 },
      { op: 'act', activation: 'relu' },
    ]);
    expect(rescaling).toEqual({ scale: [1 / 8, 1 / 10, 1 / 12], offset: [-1 / 8, -2 / 10, -3 / 12] });
  });
});

describe('parameters of ONNX', () => {
  it('that are cast are true if they are not 0, and whole towards 0', async () => {
    const cast = async (to: number) => {
      const nodes: NodeToWrite[] = [
        ['Cast', ['t'], 'a', { to }],
        ['Cast', ['a'], 'b', { to: 1 }],
        ['ReduceMean', ['x'], 'f', { axes: [2, 3], keepdims: 0 }],
        ['Gemm', ['f', 'k', 'b'], 'y'],
      ];
      const t = { name: 't', shape: [3], values: Float32Array.of(0.5, 0, -1.5) };
      const { parameters } = await read({ nodes, tensors: [t, floats('k', [3, 3])] });
      return [...new Float32Array((await parameters.get('head.1.bias')?.constant.read())?.buffer as never)];
    };
    expect(await cast(9)).toEqual([1, 0, 1]);
    expect(await cast(7)).toEqual([0, 0, -1]);
    expect(await cast(1)).toEqual([0.5, 0, -1.5]);
  });

  it('have the values of tensors, of nodes, and of rearranged tensors', async () => {
    const tensors = [floats('t', [2, 3])];
    const nodes: NodeToWrite[] = [
      ['ReduceMean', ['x'], 'f', { axes: [2, 3], keepdims: 0 }],
      ['Transpose', ['t'], 'tt'],
      ['Constant', [], 'c', { value: { shape: [2], values: Float32Array.of(7, 8) } }],
      ['Gemm', ['f', 'tt', 'c'], 'y'],
    ];
    const { parameters } = await read({ nodes, tensors });
    const values = async (id: string) => [
      ...new Float32Array((await parameters.get(id)?.constant.read())?.buffer as never),
    ];
    expect(parameters.get('head.1.kernel')?.constant).toMatchObject({ name: 'tt', shape: [3, 2] });
    expect(await values('head.1.kernel')).toEqual([1, 4, 2, 5, 3, 6]);
    expect(parameters.get('head.1.bias')?.constant.name).toBe('c');
    expect(await values('head.1.bias')).toEqual([7, 8]);
  });
});

describe('a convolution whose result is scaled, channel by channel,', () => {
  const scaling: NodeToWrite[] = [
    ['Conv', ['x', 'w', 'b'], 'c'],
    ['Transpose', ['c'], 'last', { perm: [0, 2, 3, 1] }],
    ['Sub', ['last', 'mean'], 'a'],
    ['Mul', ['a', 'scale'], 'm'],
    ['Add', ['m', 'offset'], 'o'],
    ['Transpose', ['o'], 'first', { perm: [0, 3, 1, 2] }],
  ];
  const tensors = [
    ...[floats('w', [2, 3, 1, 1]), floats('b', [2], 10), floats('mean', [1, 1, 1, 2], 4)],
    ...[floats('scale', [2], 2), floats('offset', [2], 0.5)],
  ];

  it('has its kernel and bias scaled', async () => {
    const { network, parameters } = await read({ nodes: [...scaling, ['Relu', ['first'], 'y']], tensors });
    expect(network.stem).toMatchObject([{ op: 'conv', bias: true }, { op: 'act' }]);
    const values = async (id: string) =>
      new Float32Array((await parameters.get(id)?.constant.read())?.buffer as ArrayBuffer);
    expect([...(await values('stem.0.kernel'))]).toEqual([2, 4, 6, 12, 15, 18]);
    expect([...(await values('stem.0.bias'))]).toEqual([(10 - 4) * 2 + 0.5, (11 - 5) * 3 + 1.5]);
  });

  it('keeps them if something else takes its result, too: then it is followed by a normalization', async () => {
    const { network, parameters } = await read({
      nodes: [...scaling, ['Add', ['first', 'c'], 'y']],
      tensors,
    });
    expect(network.stages[0]?.[0]).toMatchObject({ branch: [{ op: 'norm' }], shortcut: [] });
    const values = async (id: string) =>
      new Float32Array((await parameters.get(id)?.constant.read())?.buffer as ArrayBuffer);
    expect([...(await values('stem.0.kernel'))]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a result that is scaled, channel by channel,', () => {
  const tensors = [floats('scale', [3, 1, 1], 2), floats('offset', [3, 1, 1], 0.5), floats('half', [], 0.5)];

  it('is normalized by a mean of 0 and a variance of 1', async () => {
    const nodes: NodeToWrite[] = [
      ['Relu', ['x'], 'a'],
      ['Mul', ['a', 'scale'], 'm'],
      ['Add', ['m', 'offset'], 'o'],
      ['Div', ['o', 'half'], 'y'],
    ];
    const { network, parameters } = await read({ nodes, tensors });
    expect(network.stem).toMatchObject([{ op: 'act' }, { op: 'norm' }]);
    const [, norm] = network.stem as readonly [unknown, Norm];
    const values = async (role: string) => [
      ...new Float32Array((await parameters.get(`stem.1.${role}`)?.constant.read())?.buffer as ArrayBuffer),
    ];
    expect(await values('scale')).toEqual([4, 6, 8]);
    expect(await values('offset')).toEqual([1, 3, 5]);
    expect(await values('mean')).toEqual([0, 0, 0]);
    expect((await values('variance')).map((each) => Math.fround(each + norm.epsilon))).toEqual([1, 1, 1]);
  });

  it('is refused where a constant has other axes', async () => {
    await refused(
      [
        ['Relu', ['x'], 'a'],
        ['Mul', ['a', 'wide'], 'y'],
      ],
      [floats('wide', [1, 5])],
      /"y".*has no value for each channel/,
    );
  });
});

it('a sum of one is it', async () => {
  const nodes: NodeToWrite[] = [
    ['Relu', ['x'], 'a'],
    ['Sum', ['a'], 'y'],
  ];
  expect((await read({ nodes, tensors: [] })).network.stem).toEqual([{ op: 'act', activation: 'relu' }]);
});

describe('names of layers', () => {
  it('are cut where they are too long', async () => {
    const long = 'x'.repeat(300);
    const node: NodeToWrite = ['Relu', [long], 'y', {}, [[3, long]]];
    const other = [
      11,
      [
        [1, long],
        [2, [[1, [[2, [1, 3, 8, 8].map((size) => [1, [[1, size]]] as const)]]]]],
      ],
    ] as const;
    const graph = [[1, nodeFields(node)], other, [12, [[1, 'y']]]] as const;
    const { network } = await onnxNetwork(
      await openOnnx(
        byteSource(
          encoded([
            [7, graph],
            [8, [[2, 18]]],
          ]),
        ),
      ),
    );
    expect(network).toMatchObject({
      inputName: long.slice(0, 200),
      layerNames: { 'stem.0': long.slice(0, 190) },
    });
  });

  const named = async (inputs: readonly string[], name: string) => {
    const node: NodeToWrite = ['Conv', inputs, 'y', {}, [[3, name]]];
    const tensors = inputs.slice(1).map((input) => floats(input, [4, 3, 3, 3]));
    return (await read({ nodes: [node], tensors })).network.layerNames;
  };

  it.each([
    ['layer1.0.conv1.weight', 'node_conv2d_1', 'layer1.0.conv1'],
    ['stem/conv/kernel:0', '', 'stem/conv'],
    ['onnx::Conv_7', '/layer1/layer1.0/conv1/Conv', 'layer1.0.conv1'],
    ['w', 'my convolution', 'my convolution'],
  ])('of the parameter %s and the node %s: %s', async (parameter, node, name) => {
    expect(await named(['x', parameter], node)).toEqual({ 'stem.0': name });
  });

  it.each(['node_conv2d_1', '/Conv_12', 'Conv_12', 'Conv', '193', 'n3'])(
    'are not %s, which is only counted on',
    async (name) => {
      expect(await named(['x', 'w'], name)).toEqual({});
    },
  );
});

describe('what has no place is refused, naming the node:', () => {
  it.each<[string, readonly NodeToWrite[], RegExp]>([
    ['another domain', [['Relu', ['x'], 'y', {}, [[7, 'com.microsoft']]]], /"y".*"Relu" of "com.microsoft"/],
    ['a quantized network', [['QuantizeLinear', ['x'], 'y']], /"y".*quantized network/],
    [
      'a graph in a node',
      [
        [
          'If',
          ['x'],
          'y',
          {},
          [
            [
              5,
              [
                [1, 'then'],
                [6, []],
              ],
            ],
          ],
        ],
      ],
      /"y".*"If", with graphs of its own/,
    ],
    [
      'an attribute that is not known',
      [['Relu', ['x'], 'y', { slope: 1 }]],
      /"y".*attribute "slope" of Relu/,
    ],
    [
      'a node that takes its own result',
      [['Add', ['x', 'y'], 'y']],
      /"y".*takes "y", which nothing before it gives/,
    ],
    [
      'nodes out of order',
      [
        ['Relu', ['b'], 'y'],
        ['Relu', ['x'], 'b'],
      ],
      /"y".*takes "b", which nothing before/,
    ],
    ['an input that nothing gives', [['Relu', ['z'], 'y']], /"y".*takes "z"/],
    [
      'a sum of one map and another',
      [
        ['Relu', ['x'], 'a'],
        ['MaxPool', ['x'], 'b', { kernel_shape: [2, 2] }],
        ['Add', ['a', 'b'], 'y'],
      ],
      /"y".*adds \[1, 3, 8, 8\] and \[1, 3, 7, 7\]/,
    ],
    ['a division of an image', [['Div', ['x', 'x'], 'y']], /"y".*computes "Div" with two results/],
  ])('%s', async (_, nodes, reason) => {
    const reading = line(nodes);
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toMatchObject({ code: 'bad-file' });
  });
});
