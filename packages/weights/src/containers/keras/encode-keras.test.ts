import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { joined } from '../../checkpoint/checkpoint.test-support.js';
import type { TensorToWrite } from '../container.js';
import { encodeHdf5, type Hdf5DatasetToWrite, type Hdf5GroupToWrite } from '../hdf5/encode-hdf5.js';
import { openHdf5 } from '../hdf5/open-hdf5.js';
import { encodeKerasArchive, encodeKerasWeights, type KerasLayerToWrite } from './encode-keras.js';
import { kerasGoldens } from './files.test-support.js';
import { layerKeys } from './model-layers.js';
import { openKeras } from './open-keras.js';

/** The layers of a golden archive, as they are to be written. */
async function goldenLayers(name: string) {
  const file = await openKeras(byteSource(kerasGoldens[name]?.bytes as Uint8Array));
  const model = file.config as { config: { layers: { class_name: string; config: { name: string } }[] } };
  const classNames = new Map(model.config.layers.map((layer) => [layer.config.name, layer.class_name]));
  const layers = file.layers.map(
    (layer): KerasLayerToWrite => ({
      name: layer.name,
      className: classNames.get(layer.name) as string,
      variables: layer.variables.map((variable): TensorToWrite => {
        const { dtype, shape } = file.tensors.get(variable) ?? { dtype: 'F32', shape: [] };
        return { name: variable, dtype, shape, read: () => file.read(variable) };
      }),
    }),
  );
  return { file, layers };
}

async function expectSame(bytes: Uint8Array, file: Awaited<ReturnType<typeof openKeras>>) {
  const written = await openKeras(byteSource(bytes));
  expect([...written.tensors].toSorted()).toEqual([...file.tensors].toSorted());
  for (const name of file.tensors.keys()) expect(await written.read(name)).toEqual(await file.read(name));
  return written;
}

describe("Keras's weights", () => {
  it.each(['archive', 'float16', 'bfloat16'])('are written as they were read: %s', async (name) => {
    const { file, layers } = await goldenLayers(name);
    const weights = await expectSame(await joined(encodeKerasWeights(layers)), file);
    expect([weights.kind, weights.config]).toEqual(['weights', null]);
    const metadata = { keras_version: '3.15.1', date_saved: '2015-12-10@12:00:00' };
    const archive = encodeKerasArchive({ config: file.config, metadata, layers });
    const keras = await expectSame(await joined(archive), file);
    expect(keras).toMatchObject({ kind: 'keras', config: file.config, layers: file.layers, leftOut: 0 });
    expect(Object.fromEntries(keras.metadata)).toEqual(metadata);
  });

  it('have the keys and names that Keras gives them', async () => {
    const { layers } = await goldenLayers('archive');
    const written = await openHdf5(byteSource(await joined(encodeKerasWeights(layers))));
    const byKeras = await openHdf5(byteSource(kerasGoldens.weights?.bytes as Uint8Array));
    const groups = await byKeras.group('layers');
    expect(await written.group('layers')).toEqual(groups);
    for (const key of groups.keys()) {
      const path = `layers/${key}/vars`;
      expect(await written.attributes(path)).toEqual(await byKeras.attributes(path));
      expect(await written.group(path)).toEqual(await byKeras.group(path));
    }
  });

  it.each([
    [
      ['Conv2D', 'Conv2D', 'ReLU', 'LeakyReLU', 'Conv2D'],
      ['conv2d', 'conv2d_1', 're_lu', 'leaky_re_lu', 'conv2d_2'],
    ],
    [
      ['InputLayer', 'BatchNormalization', 'ZeroPadding2D'],
      ['input_layer', 'batch_normalization', 'zero_padding2d'],
    ],
    [
      ['GlobalAveragePooling2D', 'Dense', 'LSTM'],
      ['global_average_pooling2d', 'dense', 'lstm'],
    ],
  ])('have keys by class: %j', (classNames, keys) => {
    expect(layerKeys(classNames)).toEqual(keys);
  });
});

describe("Keras's weights, found in groups of any shape", () => {
  const group = (
    members: Readonly<Record<string, Hdf5GroupToWrite | Hdf5DatasetToWrite>>,
    name?: string,
  ) => ({
    members: new Map(Object.entries(members)),
    ...(name !== undefined && { attributes: { name } }),
  });
  const one: Hdf5DatasetToWrite = { dtype: 'F32', shape: [1], read: async () => new Uint8Array(4) };
  const opened = async (root: Hdf5GroupToWrite) => openKeras(byteSource(await joined(encodeHdf5(root))));

  it('leave out the state of random numbers, of metrics and of the optimizer', async () => {
    const file = await opened(
      group({
        layers: group({
          dropout: group({ vars: group({}), seed_generator: group({ vars: group({ 0: one }) }) }),
          dense: group({ vars: group({ 0: one, 1: one }) }),
        }),
        optimizer: group({ vars: group({ 0: one, 1: one }) }),
        _metrics: group({ mean: group({ vars: group({ 0: one }) }) }),
        vars: group({ 0: one }),
      }),
    );
    expect(file.layers).toEqual([
      { name: 'dense', variables: ['dense/0', 'dense/1'] },
      { name: 'dropout', variables: [] },
    ]);
    expect(file.leftOut).toBe(5);
  });

  it('may belong to layers that are attributes of the model, or of a layer', async () => {
    const file = await opened(
      group({
        conv: group({ vars: group({ 0: one }) }),
        vars: group({}),
        layers: group({
          lstm: group({ cell: group({ vars: group({ 0: one }, 'lstm_cell') }), vars: group({}) }),
        }),
      }),
    );
    expect(file.layers).toEqual([
      { name: 'conv', variables: ['conv/0'] },
      { name: 'lstm', variables: [] },
      { name: 'lstm/lstm_cell', variables: ['lstm/lstm_cell/0'] },
    ]);
  });

  it('are in numeric order', async () => {
    const vars = group(Object.fromEntries(Array.from({ length: 12 }, (_, index) => [index, one])));
    const keys = ['conv2d', ...Array.from({ length: 12 }, (_, index) => `conv2d_${index + 1}`)];
    const file = await opened(
      group({ layers: group(Object.fromEntries(keys.map((key) => [key, group({ vars })]))) }),
    );
    expect(file.layers.map(({ name }) => name)).toEqual(keys);
    expect(file.layers[0]?.variables.at(-1)).toBe('conv2d/11');
  });

  it.each([
    [
      'in Keras 2.13',
      group({ _layer_checkpoint_dependencies: group({ dense: group({ vars: group({ 0: one }) }) }) }),
    ],
    ['in Keras 3', group({ layers: group({ dense: group({ vars: group({ 0: one }, 'dense') }) }) })],
  ])('have their names %s', async (_version, root) => {
    expect((await opened(root)).layers).toEqual([{ name: 'dense', variables: ['dense/0'] }]);
  });
});
