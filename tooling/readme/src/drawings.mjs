// The drawings in docs/drawings, as data: the course's ResNet-50, networks of the family, and the assignment's Figures 3, 4
// and 5.
import {
  asNetwork,
  basicBlock,
  convolutionalBlock,
  courseResNet50,
  createNetwork,
  identityBlock,
} from '@resnetjs/core';
import { drawNetwork, formatSvg } from '@resnetjs/core/draw';

const block = { block: { stage: 0, block: 0 } };
const kernelSize = 3;

/** Where they are kept. */
export const folder = new URL('../../../docs/drawings/', import.meta.url);

/** Each file's name, and what it holds. */
export const drawings = {
  'resnet50.svg': formatSvg(drawNetwork(courseResNet50())),
  'resnet18.svg': formatSvg(drawNetwork(createNetwork('resnet18'))),
  'resnext50_32x4d.svg': formatSvg(drawNetwork(createNetwork('resnext50_32x4d'))),
  'seresnet50.svg': formatSvg(drawNetwork(createNetwork('seresnet50'), { open: ['stage1.block0'] })),
  'cifar-resnet20.svg': formatSvg(drawNetwork(createNetwork('cifar/resnet20'), { open: ['stage1.block0'] })),
  'basic.svg': drawBlock(
    basicBlock({ kernelSize, filters: [64, 64] }),
    [56, 56, 64],
    'Basic block: an identity block over two layers',
  ),
  'identity.svg': drawBlock(
    identityBlock({ kernelSize, filters: [64, 64, 256] }),
    [56, 56, 256],
    'Bottleneck block: an identity block over three layers',
  ),
  'convolutional.svg': drawBlock(
    convolutionalBlock({ kernelSize, filters: [128, 128, 512] }),
    [56, 56, 256],
    'Convolutional block: a bottleneck with a projection',
  ),
};

/**
 * @param {import('@resnetjs/core').Residual} residual
 * @param {[number, number, number]} input
 * @param {string} title
 */
function drawBlock(residual, input, title) {
  return formatSvg(drawNetwork(asNetwork(residual, input, 'course/block'), { ...block, title }));
}
