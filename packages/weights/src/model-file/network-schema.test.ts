import { createNetwork } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import { expect, it } from 'vitest';
import { networkSchema } from './network-schema.js';

const network = createNetwork('cifar/resnet20');
const parsed = (layerNames: unknown) => safeParse(networkSchema, { ...network, layerNames });

it('holds the names of layers that a file gave', () => {
  const layerNames = { 'stem.0': 'conv2d', 'stage0.block0.add.0': 'add', 'head.1': 'dense' };
  expect(parsed(layerNames).data).toEqual({ ...network, layerNames });
  expect(safeParse(networkSchema, network).data).toEqual(network);
});

it.each([
  ['a site that the network lacks', { 'stem.3': 'conv2d' }],
  ["the input, whose name is the network's inputName", { input: 'image' }],
  ['a property of every object', { constructor: 'conv2d' }],
  ['two layers by one name', { 'stem.0': 'conv2d', 'head.1': 'conv2d' }],
  ['an empty name', { 'stem.0': '' }],
  ['a name of any length', { 'stem.0': 'x'.repeat(201) }],
  ['what is not a name', { 'stem.0': 1 }],
  ['a list', ['conv2d']],
])('refuses names for %s', (_, layerNames) => {
  expect(parsed(layerNames).success).toBe(false);
});
