import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import type { TensorInfo } from '../container.js';
import { described } from '../hdf5/files.test-support.js';
import { kerasGoldens } from './files.test-support.js';
import { openKeras } from './open-keras.js';

const pretrained = new URL('../../../../../../shared/data/pretrained/', import.meta.url);

describe.each(Object.entries(kerasGoldens))("Keras's weights: %s", (_name, golden) => {
  const open = () => openKeras(byteSource(golden.bytes));

  it('have the layers and values that Keras has', async () => {
    const file = await open();
    const found: [string, unknown[]][] = [];
    for (const { name, variables } of file.layers) {
      const tensors = variables.map(async (variable) => {
        const info = file.tensors.get(variable) as TensorInfo;
        return [variable, ...(await described(info, file.read(variable)))];
      });
      found.push([name, await Promise.all(tensors)]);
    }
    const withVariables = (layers: typeof found) => layers.filter(([, tensors]) => tensors.length > 0);
    const layers = withVariables([...golden.layers]);
    expect(withVariables(found).toSorted()).toEqual(layers.toSorted());
    // Files of Keras 3 have lost the order, unless there is a configuration.
    if (golden.kind === 'keras') expect(withVariables(found)).toEqual(layers);
  });

  it('are of their kind, and say what they leave out', async () => {
    const file = await open();
    expect(file.kind).toBe(golden.kind);
    if (golden.leftOut !== undefined) expect(file.leftOut).toBe(golden.leftOut);
    if (golden.config !== undefined) expect(file.config).toMatchObject({ config: { name: golden.config } });
    if (['weights', 'legacy-weights'].includes(golden.kind)) expect(file.config).toBeNull();
    if (golden.kind === 'keras') expect(file.keras).toEqual({ version: '3.15.1' });
    if (golden.kind === 'legacy-model')
      expect(file.keras).toEqual({ version: '3.15.1', backend: 'tensorflow' });
  });

  it('list layers without variables where the file does', async () => {
    const { layers } = await open();
    const empty = golden.layers.filter(([name, tensors]) => tensors.length === 0 && !name.includes('/'));
    const found = layers.filter(({ variables }) => variables.length === 0).map(({ name }) => name);
    for (const [name] of golden.without ? [] : empty) expect(found).toContain(name);
    if (golden.without) expect(found.length).toBeLessThan(empty.length);
  });
});

describe("Keras's weights", () => {
  const file = (name: string) => openKeras(byteSource(kerasGoldens[name]?.bytes as Uint8Array));

  it('are named by layer and role, or by layer and position', async () => {
    const { layers } = await file('legacy weights');
    expect(layers.slice(0, 3)).toEqual([
      { name: 'my_images', variables: [] },
      { name: 'my_stem', variables: ['my_stem/kernel'] },
      {
        name: 'my_stem_bn',
        variables: ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((role) => `my_stem_bn/${role}`),
      },
    ]);
    const archive = await file('older archive');
    expect(archive.layers[0]).toEqual({ name: 'my_stem', variables: ['my_stem/0'] });
    await expect(archive.read('my_stem/1')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it.skipIf(!existsSync(pretrained))('are those of MLPerf Tiny (skipped without the file)', async () => {
    const bytes = new Uint8Array(await readFile(new URL('mlperf-tiny-resnet8.h5', pretrained)));
    const tiny = await openKeras(byteSource(bytes));
    expect([tiny.kind, tiny.keras]).toEqual(['legacy-model', { version: '2.4.0', backend: 'tensorflow' }]);
    expect(tiny.config).toMatchObject({ class_name: 'Functional', config: { name: 'model' } });
    expect(tiny.layers).toHaveLength(30);
    expect(tiny.tensors.get('conv2d/kernel')).toEqual({ dtype: 'F32', shape: [3, 3, 3, 16] });
    expect(
      [...tiny.tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    ).toBe(78_666);
    expect(tiny.leftOut).toBeGreaterThan(0);
    expect(await tiny.read('dense/bias')).toHaveLength(40);
  });

  it.each([
    [
      'the list of several files',
      '{"weight_map": {}}',
      'is JSON: perhaps the list of weights in several files',
    ],
    ['something else', 'Hello', 'is none that Keras writes'],
    ['nothing', '', 'of 0 bytes, is none that Keras writes'],
  ])('are not %s', async (_what, text, message) => {
    const opening = openKeras(byteSource(new TextEncoder().encode(text)));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({ code: 'bad-file' });
  });
});
