// Models that were made to mislead the reader: each is refused with its reason.
import { describe, expect, it } from 'vitest';
import { type ByteSource, byteSource } from '../../byte-source.js';
import { openContainer } from '../../weights-file/open-container.js';
import { jsonBytes, type ModelFiles, sourceOf } from './files.test-support.js';
import { openTfjs } from './open-tfjs.js';

interface Parts {
  readonly weights?: readonly object[];
  readonly paths?: readonly string[];
  readonly [key: string]: unknown;
}

/** A model of one weight of two values, with some parts in place of its own. */
function modelJson({ weights, paths, ...more }: Parts = {}) {
  const manifest = {
    paths: paths ?? ['a.bin'],
    weights: weights ?? [{ name: 'a/kernel', shape: [2], dtype: 'float32' }],
  };
  return { format: 'layers-model', modelTopology: null, weightsManifest: [manifest], ...more };
}

const filesOf = (json: unknown, files: Readonly<Record<string, number>> = { 'a.bin': 8 }): ModelFiles =>
  new Map([
    ['model.json', typeof json === 'string' ? new TextEncoder().encode(json) : jsonBytes(json)],
    ...Object.entries(files).map(([name, size]) => [name, new Uint8Array(size)] as const),
  ]);

const open = (json: unknown, files?: Readonly<Record<string, number>>) =>
  openTfjs(sourceOf(filesOf(json, files)));

it('a model of one weight is read', async () => {
  const file = await open(modelJson());
  expect(file.layers).toEqual([{ name: 'a', variables: ['a/kernel'] }]);
  expect(await file.read('a/kernel')).toEqual(new Uint8Array(8));
  await expect(file.read('b')).rejects.toMatchObject({ code: 'unknown-name' });
});

const weight = (more: object) => ({ name: 'a/kernel', shape: [2], dtype: 'float32', ...more });
const quantized = (quantization: object, dtype = 'float32') =>
  modelJson({ weights: [weight({ dtype, quantization })] });

describe('a model', () => {
  it.each([
    ...['../a.bin', '../../etc/passwd', '/etc/passwd', 'x/a.bin', '..', '.', './', '', './../a.bin'],
    ...[
      'https://host/a.bin',
      'file:a.bin',
      'C:a.bin',
      'C:\\a.bin',
      'x\\a.bin',
      'a.bin\0',
      './/a.bin',
      '//host/a',
    ],
  ])('whose weights are in %j is refused, and no file is opened', async (path) => {
    const opened: string[] = [];
    const source: ByteSource = {
      ...byteSource(jsonBytes(modelJson({ paths: [path] }))),
      async beside(name) {
        opened.push(name);
        return byteSource(new Uint8Array(8));
      },
    };
    await expect(openTfjs(source)).rejects.toMatchObject({ code: 'bad-file' });
    expect(opened).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['that is a graph model', { format: 'graph-model', modelTopology: {} }, 'graph model'],
    ['whose topology is a graph', modelJson({ format: null, modelTopology: { node: [] } }), 'graph model'],
    ['of another format', modelJson({ format: 'other' }), 'of the format "other"'],
    ['that is other JSON', { architectures: ['ResNet'] }, 'no model.json of TensorFlow.js'],
    ['without a manifest', { modelTopology: {} }, 'weightsManifest'],
    ['whose manifest is an object', modelJson({ weightsManifest: {} }), 'weightsManifest'],
    ['that is cut', '{"modelTopology": ', 'begins like JSON'],
    ['with a key twice', '{"modelTopology": 1, "modelTopology": 2}', 'begins like JSON'],
    [
      'with a scale that is not a number',
      JSON.stringify(quantized({ dtype: 'uint8', scale: 0, min: 0 })).replace('"scale":0', '"scale":NaN'),
      'begins like JSON',
    ],
    [
      'with an infinite scale',
      JSON.stringify(quantized({ dtype: 'uint8', scale: 0, min: 0 })).replace('"scale":0', '"scale":1e999'),
      'quantization',
    ],
    ['quantized without a scale', quantized({ dtype: 'uint8', min: 0 }), 'quantization'],
    ['quantized in another way', quantized({ dtype: 'int4', scale: 1, min: 0 }), 'quantization'],
    ['with quantized truths', quantized({ dtype: 'uint8', scale: 1, min: 0 }, 'bool'), 'quantized as uint8'],
    ['of halves of whole numbers', quantized({ dtype: 'float16' }, 'int32'), 'quantized as float16'],
    ['of strings', modelJson({ weights: [weight({ dtype: 'string' })] }), 'type string'],
    ['of an unknown type', modelJson({ weights: [weight({ dtype: 'float8' })] }), 'dtype'],
    ['with a weight twice', modelJson({ weights: [weight({}), weight({})] }), 'lists "a/kernel" twice'],
    ['with a shape below 0', modelJson({ weights: [weight({ shape: [-2] })] }), 'shape'],
    ['with a broken shape', modelJson({ weights: [weight({ shape: [1.5] })] }), 'shape'],
    ['of 9 axes', modelJson({ weights: [weight({ shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] })] }), 'shape'],
    [
      'with a shape that overflows',
      modelJson({ weights: [weight({ shape: [2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31] })] }),
      'larger than any file',
    ],
    ['with more than its files', modelJson({ weights: [weight({ shape: [2 ** 40] })] }), 'a.bin has 8'],
    ['with less than its files', modelJson({ weights: [weight({ shape: [1] })] }), 'take 4 bytes'],
    ['that takes a file twice', modelJson({ paths: ['a.bin', './a.bin'] }), 'have 16'],
    ['in thousands of files', modelJson({ paths: Array(5000).fill('a.bin') }), 'paths'],
    [
      'in thousands of files of several groups',
      modelJson({ weightsManifest: Array(50).fill({ paths: Array(100).fill('a.bin'), weights: [] }) }),
      'names 5000 files',
    ],
    [
      'whose models have layers of one name',
      modelJson({ modelTopology: nested(['b', 'c'].map((name) => inner(name, [layer('a')]))) }),
      'of several layers',
    ],
  ])('%s is refused', async (_what, json, reason) => {
    const opening = open(json);
    await expect(opening).rejects.toThrow(reason);
    await expect(opening).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('with a file missing is refused, and so is one whose folder is not known', async () => {
    await expect(open(modelJson(), {})).rejects.toMatchObject({ code: 'file-system' });
    await expect(open(modelJson(), {})).rejects.toThrow('in a.bin beside it. a.bin was not given');
    const alone = byteSource(jsonBytes(modelJson({ paths: ['a.bin', 'b.bin', 'c.bin'] })));
    await expect(openTfjs(alone)).rejects.toThrow('in a.bin to c.bin, 3 files, beside it. Give all');
  });

  it('of too much JSON is refused before it is read', async () => {
    const source: ByteSource = {
      size: 2 ** 30,
      read: async (start, end) => {
        if (end - start > 1024) throw new Error('read whole');
        return new Uint8Array([0x7b]);
      },
    };
    await expect(openContainer(source)).rejects.toThrow('at most 16777216 are read');
  });

  it.each([
    ['objects', '{"a":', '1', '}'],
    ['lists', '[', '', ']'],
    ['models', '{"class_name":"Model","config":{"name":"a","layers":[', '', ']}}'],
  ])(
    'with %s a thousand deep and more is refused, or read without its configuration',
    async (_, start, middle, end) => {
      for (const depth of [1000, 100_000]) {
        const deep = start.repeat(depth) + middle + end.repeat(depth);
        const text = JSON.stringify(modelJson()).replace('"modelTopology":null', `"modelTopology":${deep}`);
        const result = await open(text).catch((error) => error);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'bad-file' });
        else expect(result.tensors.size).toBe(1);
      }
    },
  );
});

function layer(name: string, config: object = {}) {
  return { class_name: 'Conv2D', name, config: { name, ...config } };
}

function inner(name: string, layers: readonly object[]) {
  return { class_name: 'Model', name, config: { name, layers } };
}

function nested(layers: readonly object[]) {
  return { class_name: 'Model', config: { name: 'outer', layers } };
}

it.each([
  ['{ "modelTopology": null }', 'tfjs'],
  ['\ufeff\r\n\t {"a": {}}', 'tfjs'],
  ['{"abcde":{"b":0}}', 'tfjs'],
])('%j is taken for a model.json, not for safetensors', async (text) => {
  await expect(openContainer(byteSource(new TextEncoder().encode(text)))).rejects.toThrow(/model\.json/);
});
