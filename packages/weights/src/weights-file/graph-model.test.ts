import { createNetwork } from '@resnetjs/core';
import { expect, it } from 'vitest';
import { graphModel } from './graph-model.js';

const network = createNetwork('cifar/resnet20');

/** The mean and std that a file's (x − mean) / std, of each channel, means for levels from 0 to 255. */
function levels(mean: number, std: number) {
  const rescaling = { scale: [1 / std, 1 / std, 1 / std], offset: Array(3).fill(-mean / std) };
  const { preprocessing } = graphModel({ network, rescaling }, new Map(), {});
  return [preprocessing?.mean[0], preprocessing?.std[0]].map((value) => Number(value?.toFixed(9)));
}

it.each([
  ["torchvision's", 0.485, 0.229, [123.675, 58.395]],
  ["TensorFlow's", 0.5, 0.5, [127.5, 127.5]],
])('a file that takes images of 0 to 1 gets such: %s mean and std', (_, mean, std, expected) => {
  expect(levels(mean, std)).toEqual(expected);
});

it.each([
  ["torchvision's of levels", 123.675, 58.395],
  ["Caffe's", 103.939, 1],
  ['x / 255', 0, 255],
  ['x / 127.5 − 1', 127.5, 127.5],
  ['none', 0, 1],
])('a file that takes levels gets levels: %s', (_, mean, std) => {
  expect(levels(mean, std)).toEqual([mean, std]);
});
