import { describe, expect, it } from 'vitest';
import { floatValues, halfBits } from '../../float-values.js';
import { jsonBytes, sourceOf } from './files.test-support.js';
import { openTfjs } from './open-tfjs.js';

const bytesOf = (values: ArrayBufferView) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A file with weights, whose bytes are in shards of 5 bytes. */
async function opened(
  weights: readonly { readonly bytes: ArrayBufferView; readonly [key: string]: unknown }[],
  more: object = {},
) {
  const all = Buffer.concat(weights.map(({ bytes }) => bytesOf(bytes)));
  const paths = Array.from({ length: Math.ceil(all.length / 5) }, (_, index) => `s${index}`);
  const json = {
    ...{ format: 'layers-model', generatedBy: 'keras v2.4.0', convertedBy: 'TensorFlow.js Converter v3.9.0' },
    modelTopology: null,
    weightsManifest: [{ paths, weights: weights.map(({ bytes, ...weight }) => weight) }],
    ...more,
  };
  const shards = paths.map((name, index) => [name, all.subarray(5 * index, 5 * index + 5)] as const);
  return openTfjs(sourceOf(new Map([['model.json', jsonBytes(json)], ...shards])));
}

async function valuesIn(file: Awaited<ReturnType<typeof opened>>, name: string) {
  const { dtype } = file.tensors.get(name) ?? { dtype: 'BOOL' };
  return [...floatValues(name, dtype, await file.read(name))];
}

describe('values of a layers model', () => {
  it('are read as they are, or as what they stand for', async () => {
    const halves = [0, 1, -2.5, 65504];
    const file = await opened([
      { name: 'odd/kernel', shape: [3], dtype: 'bool', bytes: new Uint8Array([1, 0, 1]) },
      { name: 'a/kernel', shape: [1, 2], dtype: 'float32', bytes: new Float32Array([1.5, -0.1]) },
      {
        ...{ name: 'a/bias', shape: [4], dtype: 'float32', quantization: { dtype: 'float16' } },
        bytes: Uint16Array.from(halves, halfBits),
      },
      {
        ...{ name: 'b/kernel', shape: [3], dtype: 'float32' },
        quantization: { dtype: 'uint8', scale: 0.1, min: -0.2, original_dtype: 'float32' },
        bytes: new Uint8Array([0, 2, 255]),
      },
      {
        ...{ name: 'b/bias', shape: [2], dtype: 'float32' },
        quantization: { dtype: 'uint16', scale: 1e-3, min: -1, original_dtype: 'float32' },
        bytes: new Uint16Array([258, 65535]),
      },
      {
        ...{
          name: 'c/count',
          shape: [2],
          dtype: 'int32',
          quantization: { dtype: 'uint8', scale: 2.4, min: -3 },
        },
        bytes: new Uint8Array([1, 200]),
      },
    ]);
    expect(await valuesIn(file, 'a/kernel')).toEqual([1.5, Math.fround(-0.1)]);
    expect(await valuesIn(file, 'a/bias')).toEqual(halves);
    expect(await valuesIn(file, 'b/kernel')).toEqual([-0.2, 2 * 0.1 - 0.2, 255 * 0.1 - 0.2].map(Math.fround));
    expect(await valuesIn(file, 'b/bias')).toEqual([258 * 1e-3 - 1, 65535 * 1e-3 - 1].map(Math.fround));
    expect(new Int32Array((await file.read('c/count')).buffer)).toEqual(new Int32Array([-1, 477]));
    expect([...file.tensors.values()].map(({ dtype }) => dtype)).toEqual([
      'BOOL',
      'F32',
      'F16',
      'F32',
      'F32',
      'I32',
    ]);
    expect(Object.fromEntries(file.metadata)).toEqual({
      generatedBy: 'keras v2.4.0',
      convertedBy: 'TensorFlow.js Converter v3.9.0',
    });
  });

  it("of an optimizer are counted, and not a layer's", async () => {
    const bytes = new Float32Array([1]);
    const file = await opened([
      { name: 'a/kernel', shape: [], dtype: 'float32', bytes },
      { name: 'a/kernel/m', shape: [1], dtype: 'float32', group: 'optimizer', bytes },
    ]);
    expect(file).toMatchObject({ leftOut: 1, layers: [{ name: 'a', variables: ['a/kernel'] }] });
    expect([...file.tensors.keys()]).toEqual(['a/kernel']);
  });
});

describe('the layers of a layers model', () => {
  const conv = (name: string) => ({ class_name: 'Conv2D', name, config: { name } });
  const model = (name: string, layers: readonly object[]) => ({
    ...{ class_name: 'Functional', name, config: { name, layers } },
  });
  const config = model('outer', [
    conv('stem'),
    model('body', [conv('a'), model('deep', [conv('b')])]),
    conv('z'),
  ]);
  const layersIn = async (names: readonly string[]) => {
    const weights = names.map((name) => ({ name, shape: [1], dtype: 'float32', bytes: new Float32Array(1) }));
    const { layers } = await opened(weights, { modelTopology: { model_config: config } });
    return Object.fromEntries(layers.map(({ name, variables }) => [name, variables]));
  };

  it.each<[string, readonly string[]]>([
    ['tfjs-layers', ['stem/kernel', 'a/kernel', 'b/kernel', 'b/bias', 'z/kernel']],
    ['Keras', ['stem/kernel', 'body/a/kernel', 'body/deep/b/kernel', 'body/deep/b/bias', 'z/kernel']],
    [
      "Keras 3's files",
      [
        ...['layers/conv2d/vars/0', 'layers/functional/layers/conv2d/vars/0'],
        'layers/functional/layers/functional/layers/conv2d/vars/0',
        ...['layers/functional/layers/functional/layers/conv2d/vars/1', 'layers/conv2d_1/vars/0'],
      ],
    ],
    [
      "Keras 2.13's archives",
      [
        '_layer_checkpoint_dependencies/conv2d/vars/0',
        ...['a/kernel', 'b/kernel', 'b/bias', '_layer_checkpoint_dependencies/conv2d_1/vars/0'],
      ],
    ],
  ])('have names as in %s', async (_, names) => {
    const [stem, a, kernel, bias, z] = names;
    expect(await layersIn(names)).toEqual({
      stem: [stem],
      'body/a': [a],
      'body/deep/b': [kernel, bias],
      z: [z],
    });
  });

  it("have their weights in Keras's order", async () => {
    const names = ['moving_variance', 'beta', 'moving_mean', 'gamma'].map((role) => `a/${role}`);
    expect(await layersIn([...names, 'z/bias', 'z/depthwise_kernel'])).toEqual({
      'body/a': ['a/gamma', 'a/beta', 'a/moving_mean', 'a/moving_variance'],
      z: ['z/depthwise_kernel', 'z/bias'],
    });
  });
});
