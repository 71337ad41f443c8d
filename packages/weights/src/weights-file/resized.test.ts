import { createNetwork, outputShape } from '@resnetjs/core';
import { expect, it } from 'vitest';
import { resized } from './resized.js';

it.each([
  ...([
    'resnet18',
    'resnext50_32x4d',
    'resnet26d',
    'seresnet50',
    'keras/resnet50',
    'keras/resnet50v2',
  ] as const),
  ...(['cifar/resnet20', 'cifar/wrn16_4', 'cifar/preresnet164', 'mlperf/resnet8'] as const),
])('%s takes images of other sizes, square or not', (name) => {
  const network = createNetwork(name, { classes: 7 });
  const sized = resized(network, [96, 160, 3]);
  expect(sized.input).toEqual([96, 160, 3]);
  expect(outputShape(sized)).toEqual([7]);
});

it.each(['course/resnet50', 'preact/resnet'] as const)(
  '%s has a dense layer for its size alone, and says so',
  (name) => {
    const network = createNetwork(name);
    const [height, width] = network.input;
    expect(() => resized(network, [96, 160, 3])).toThrow(
      `${name} is for images of ${height}×${width}: its dense layer takes no features of others`,
    );
  },
);

it('refuses images that are too small, with the layer', () => {
  const network = createNetwork('course/resnet50', { input: [64, 64, 3] });
  expect(() => resized(network, [16, 16, 3])).toThrow(/layer avg_pool cannot move a 2×2 window/);
});
