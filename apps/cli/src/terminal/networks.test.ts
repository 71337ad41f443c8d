import { countParameters, createNetwork, multiplyAdds, networkEntries } from '@resnetjs/core';
import { expect, it } from 'vitest';
import { formatNetworks } from './networks.js';

const list = (['resnet18', 'wide_resnet101_2', 'cifar/preresnet110'] as const).map((name) => {
  const { input, ...entry } = networkEntries[name];
  const network = createNetwork(name);
  const figures = { parameters: countParameters(network), multiplyAdds: multiplyAdds(network) };
  return { name, ...entry, inputShape: input, ...figures };
});

it.each([
  [140, 'torchvision            parameters  with statistics  multiply-adds    image  classes  paper'],
  [100, 'torchvision            parameters  multiply-adds    image  classes  paper'],
  [80, 'torchvision            parameters  multiply-adds  paper'],
  [60, 'torchvision            parameters  multiply-adds'],
  [40, 'torchvision            parameters'],
])('a terminal of %d columns has the columns that fit', (columns, first) => {
  const lines = formatNetworks(list, { columns }).split('\n');
  expect(lines[0]?.replace(/ +/g, ' ')).toBe(first.replace(/ +/g, ' '));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.map((line) => line.split('  ').find((cell) => cell !== '') ?? '')).toEqual([
    ...['torchvision', 'resnet18', 'wide_resnet101_2', '', 'CIFAR', 'cifar/preresnet110'],
  ]);
});
