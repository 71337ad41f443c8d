import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock } from '../blocks/residual.js';
import { preactResNet } from '../networks/preact.js';
import { multiplyAdds } from './cost.js';
import { formatSummary, summarize } from './summary.js';

const block = asNetwork(convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6] }), [4, 4, 3], 'course/block');

describe('summarize', () => {
  it("counts a block's parameters and multiply-adds as by hand", () => {
    const { layers, ...totals } = summarize(block);
    const of = (name: string) => layers.find((layer) => layer.name === name);
    expect(of('res2a_branch2b')).toMatchObject({
      parameters: 2 * 2 * 2 * 4 + 4,
      multiplyAdds: 2 * 2 * 4 * (2 * 2 * 2),
    });
    expect(of('bn2a_branch2b')).toMatchObject({ parameters: 16, multiplyAdds: 0 });
    expect(of('add')?.connectedTo).toEqual(['bn2a_branch2c', 'bn2a_branch1']);
    // Kernels and biases 8 + 36 + 30 + 24; scales, offsets and as many statistics 2 · (2 + 4 + 6 + 6).
    expect(totals).toEqual({
      name: 'course/block',
      parameters: { total: 98 + 72, trainable: 98 + 36, nonTrainable: 36 },
      multiplyAdds: 4 * (3 * 2 + 8 * 4 + 4 * 6 + 3 * 6),
    });
  });

  it("counts a dense layer's multiply-adds, without its bias", () => {
    const withClasses = (classes: number) => multiplyAdds(preactResNet({ classes }));
    expect(withClasses(7) - withClasses(6)).toBe(128);
  });
});

describe('formatSummary', () => {
  it('leaves out "Connected to" below 100 characters', () => {
    const text = formatSummary(summarize(block), { width: 80 });
    expect(text.split('\n').slice(0, 7)).toEqual([
      '_'.repeat(69),
      'Layer (type)                       Output Shape          Param #',
      '='.repeat(69),
      'input_1 (InputLayer)               (None, 4, 4, 3)       0',
      '_'.repeat(69),
      'res2a_branch2a (Conv2D)            (None, 2, 2, 2)       8',
      '_'.repeat(69),
    ]);
    expect(text).not.toContain('[0][0]');
    expect(text).toContain(
      'Total params: 170\nTrainable params: 134\nNon-trainable params: 36\nMultiply-adds: 320',
    );
  });

  it('has room for long names where there is any', () => {
    const long = { ...block, inputName: 'a'.repeat(50) };
    for (const width of [155, 200, Number.POSITIVE_INFINITY]) {
      const [rule = '', , , row] = formatSummary(summarize(long), { width }).split('\n');
      expect(row).toMatch(/^a{50} \(InputLayer\) +\(None, 4, 4, 3\) +0$/);
      expect(rule.length).toBe(64 + 22 + 12 + 57);
    }
  });

  it('has two lines for each layer where a row has no room', () => {
    const lines = formatSummary(summarize(block), { width: 40 }).split('\n');
    expect(lines.slice(0, 8)).toEqual([
      '_'.repeat(40),
      'Layer (type)',
      '  Output Shape  Param #',
      '='.repeat(40),
      'input_1 (InputLayer)',
      '  (None, 4, 4, 3)  0',
      '_'.repeat(40),
      'res2a_branch2a (Conv2D)',
    ]);
    expect(Math.max(...lines.map((each) => each.length))).toBe(40);
  });

  it('truncates what is too long for its column', () => {
    const [, , , row = ''] = formatSummary(summarize({ ...block, inputName: 'a'.repeat(50) })).split('\n');
    expect(row).toBe(`${'a'.repeat(32)} (None, 4, 4, 3)       0`);
  });
});
