// The drawings in docs/drawings, as data: the whole of ResNet-50, and the assignment's Figures 3, 4 and 5.
import { asNetwork, convolutionalBlock, identityBlock, courseResNet50, basicBlock } from '@resnetjs/core';
import { drawNetwork, formatSvg } from '@resnetjs/core/draw';

const block = { block: { stage: 0, block: 0 } };
const kernelSize = 3;

/** Where they are kept. */
export const folder = new URL('../../../docs/drawings/', import.meta.url);

/** Each file's name, and what it holds. */
export const drawings = {
  'resnet50.svg': formatSvg(drawNetwork(courseResNet50())),
  'identity-two-layer.svg': drawBlock(
    basicBlock({ kernelSize, filters: [64, 64] }),
    [56, 56, 64],
    'Identity block over two layers',
  ),
  'identity.svg': drawBlock(
    identityBlock({ kernelSize, filters: [64, 64, 256] }),
    [56, 56, 256],
    'Identity block over three layers',
  ),
  'convolutional.svg': drawBlock(
    convolutionalBlock({ kernelSize, filters: [128, 128, 512] }),
    [56, 56, 256],
    'Convolutional block',
  ),
};

/**
 * @param {import('@resnetjs/core').Residual} residual
 * @param {[number, number, number]} input
 * @param {string} name
 */
function drawBlock(residual, input, name) {
  return formatSvg(drawNetwork(asNetwork(residual, input, name), block));
}
