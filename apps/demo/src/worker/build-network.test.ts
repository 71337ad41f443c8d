import { parameters, walk } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { buildNetwork } from './build-network.js';

const classification = { size: 64, classes: 6 };

describe('buildNetwork', () => {
  it.each(['preact/resnet', 'course/resnet50'] as const)(
    'gives %s and its plain twin the same parameters',
    (name) => {
      const config = { name, blocks: 4, normalized: true };
      const [residual, plain] = (['residual', 'plain'] as const).map((variant) =>
        buildNetwork(config, variant, classification),
      );
      const kernels = (network: typeof residual) =>
        parameters(network as NonNullable<typeof residual>)
          .map(({ id }) => id)
          .filter((id) => !id.includes('.shortcut.'));
      expect(kernels(plain)).toEqual(kernels(residual));
      expect(walk(plain as NonNullable<typeof plain>).some(({ op }) => op.op === 'add')).toBe(false);
    },
  );

  it.each(['preact/resnet', 'course/resnet50'] as const)(
    'leaves every normalization out of %s if normalized is false',
    (name) => {
      const config = { name, blocks: 4, normalized: false };
      const nodes = walk(buildNetwork(config, 'residual', classification));
      expect(nodes.filter(({ op }) => op.op === 'norm')).toEqual([]);
      expect(nodes.filter(({ op }) => op.op === 'add').length).toBe(name === 'course/resnet50' ? 16 : 4);
    },
  );
});
