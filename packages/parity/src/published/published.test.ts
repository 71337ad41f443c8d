import '@tensorflow/tfjs-backend-cpu';
import {
  disposeVariables,
  formatSummary,
  forward,
  initialize,
  outputShape,
  parameters,
  courseResNet50,
  preactResNet,
  shapes,
  statelessSource,
  summarize,
  walk,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { identityNotebookBlock, publishedNetworks, publishedResults, publishedShapes } from './published.js';
import { preActivationTable } from './published-table.js';
import { NumpyRandom } from './numpy-random.js';
import { reproduce, reproduceInFloat64 } from './reproduce.js';
import { compare } from '../compare.js';

await tf.setBackend('cpu');

describe.each(publishedResults)('$source: $call', (published) => {
  it('holds in float64', () => {
    const comparison = reproduceInFloat64(published);
    expect(comparison.passed, comparison.message).toBe(true);
  });

  it('holds on the cpu backend, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const comparison = await reproduce(published);
    expect(comparison.passed, comparison.message).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });
});

// At the printed place the branch gives 0, so the printed row says nothing of the weights.
describe("the identity notebook's block", () => {
  it('has the kernels of F2, F2 and F3 filters', () => {
    const kernels = parameters(identityNotebookBlock).filter(({ role }) => role === 'kernel');
    expect(kernels.map(({ shape }) => shape)).toEqual([
      [1, 1, 6, 4],
      [2, 2, 4, 4],
      [1, 1, 4, 6],
    ]);
  });

  it("samples Keras 3's weights, and gives Keras's results where the branch matters", async () => {
    const variables = initialize(identityNotebookBlock, { randomSource: statelessSource(0) });
    const random = new NumpyRandom(1);
    const images = tf.tensor(
      Float32Array.from({ length: 288 }, () => random.normal()),
      [3, 4, 4, 6],
    );
    const result = forward(identityNotebookBlock, variables, images);
    // Keras 3.15 on TensorFlow 2.21: values 0, 1 and the last of each kernel, then three pixels of the result.
    const kernels = [
      [-0.4476929306983948, 0.3191492557525635, -0.46431878209114075],
      [-0.25026795268058777, 0.1784099042415619, -0.40422213077545166],
      [-0.4476929306983948, 0.3191492557525635, -0.46431878209114075],
    ];
    ['branch.0', 'branch.3', 'branch.6'].forEach((site, which) => {
      const values = variables.weights.get(`stage0.block0.${site}.kernel`)?.dataSync() ?? [];
      expect([values[0], values[1], values.at(-1)]).toEqual(kernels[which]);
    });
    const pixels = [
      { at: [0, 0, 0], values: [1.397128, 0, 0, 0, 0.7778092, 0] },
      { at: [2, 3, 3], values: [0.18314894, 0.82470864, 0.18724951, 0.2482549, 0, 0.068467826] },
      { at: [1, 2, 1], values: [0, 0, 0.91444504, 2.3315787, 0.40149978, 0] },
    ];
    for (const { at, values } of pixels) {
      const pixel = tf.slice(result, [...at, 0], [1, 1, 1, 6]);
      const comparison = compare(`pixel ${at}`, pixel.dataSync(), values, { absolute: 1e-6, relative: 1e-6 });
      expect(comparison.passed, comparison.message).toBe(true);
      pixel.dispose();
    }
    tf.dispose([images, result]);
    disposeVariables(variables);
  });
});

describe('networks as the documents print them', () => {
  it.each([
    ['preact/resnet', preactResNet(), publishedNetworks.preactResNet],
    ['course/resnet50', courseResNet50(), publishedNetworks.courseResNet50],
  ] as const)('%s has the printed parameters', (_, network, published) => {
    expect(summarize(network).parameters).toEqual(published.parameters);
  });

  it("course/resnet50 has the printed rows of Keras's table, by type", () => {
    const rows: Record<string, number> = {};
    for (const { type } of summarize(courseResNet50()).layers) rows[type] = (rows[type] ?? 0) + 1;
    expect(rows).toEqual(publishedNetworks.courseResNet50.rowsByType);
  });

  it('course/resnet50 has the printed sizes', () => {
    const maps = shapes(courseResNet50())
      .slice(1)
      .filter((shape) => shape.length === 3);
    const heights = maps.map(([height]) => height).filter((height, i, all) => height !== all[i - 1]);
    expect(heights).toEqual(publishedNetworks.courseResNet50.heights);
  });

  it.each(publishedShapes)('$network.name has the printed shapes', ({ network, branch, shortcut }) => {
    const results = shapes(network);
    const convolved = (path: string) =>
      walk(network).flatMap(({ op, site }, index) =>
        op.op === 'conv' && site.part === 'stage' && site.path === path ? [results[index]] : [],
      );
    expect(convolved('branch')).toEqual(branch);
    expect(convolved('shortcut')).toEqual(shortcut === null ? [] : [shortcut]);
    expect(outputShape(network)).toEqual(branch.at(-1));
  });
});

describe("the pre-activation document's table", () => {
  const summary = summarize(preactResNet({ inputName: 'input_3' }));

  it('is the summary, row for row', () => {
    const rows = summary.layers.map(({ name, type, outputShape, parameters, connectedTo }) => {
      return { name, type, shape: outputShape, parameters, connectedTo };
    });
    expect(rows).toEqual(preActivationTable);
  });

  it('is the formatted text, line for line, but for the multiply-adds', () => {
    const columns = (...cells: string[]) =>
      cells.map((cell, i) => cell.padEnd([33, 22, 12, 33][i] ?? 0)).join('');
    const rule = '_'.repeat(100);
    const double = '='.repeat(100);
    const rows = preActivationTable.map(({ name, type, shape, parameters, connectedTo }) => {
      const [first = '', ...others] = connectedTo.map((layer) => `${layer}[0][0]`);
      const own = columns(`${name} (${type})`, `(None, ${shape.join(', ')})`, String(parameters), first);
      return [own, ...others.map((other) => columns('', '', '', other))].join('\n');
    });
    const printed = [
      columns('Layer (type)', 'Output Shape', 'Param #', 'Connected to'),
      double,
      rows.join(`\n${rule}\n`),
      double,
      'Total params: 96,133',
      'Trainable params: 93,957',
      'Non-trainable params: 2,176',
    ].join('\n');
    const lines = (text: string) => text.split('\n').map((line) => line.trimEnd());
    const formatted = lines(formatSummary(summary)).filter((line) => !line.startsWith('Multiply-adds'));
    expect(formatted.slice(1, -1)).toEqual(lines(printed));
    expect([formatted[0], formatted.at(-1)]).toEqual([rule, rule]);
  });
});
