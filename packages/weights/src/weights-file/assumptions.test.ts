import { createNetwork, preprocessings, unitRange } from '@resnetjs/core';
import { expect, it } from 'vitest';
import { assumedPreprocessing } from './assumptions.js';

it.each([
  ['resnet50', createNetwork('resnet50'), preprocessings.torchvision],
  ['resnet50-folded', createNetwork('resnet50'), preprocessings.torchvision],
  ['keras/resnet50v2', createNetwork('keras/resnet50v2'), preprocessings.keras.tf],
  [
    "another's, with ImageNet's 1,000 classes",
    createNetwork('mlperf/resnet8', { classes: 1000 }),
    preprocessings.torchvision,
  ],
  ["another's", createNetwork('resnet18', { classes: 6 }), unitRange(3)],
  ["another's, gray", createNetwork('resnet18', { input: [32, 32, 1] }), unitRange(1)],
])('images for %s', (name, network, expected) => {
  expect(assumedPreprocessing({ ...network, name })).toEqual(expected);
});
