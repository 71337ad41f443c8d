import type { DialectName } from '@resnetjs/core';
import type { ContainerName } from '@resnetjs/weights';
import type { PreprocessingName } from '../worker/protocol.js';

/** What a file is, as it is called. */
export const containerTitles: Readonly<Record<ContainerName, string>> = {
  resnetjs: 'a model of ResNet.js',
  safetensors: 'safetensors',
  pytorch: 'PyTorch',
  'pytorch-legacy': 'PyTorch before 1.6',
  keras: 'Keras',
  'keras-weights': 'Keras, weights alone',
  'keras-h5': 'Keras before version 3',
  tfjs: 'TensorFlow.js',
  onnx: 'ONNX',
};

/** Whose names the numbers in a file have. */
export const dialectTitles: Readonly<Record<DialectName, string>> = {
  course: 'in the course’s names',
  preact: 'in the course’s names',
  torchvision: 'in torchvision’s names',
  timm: 'in timm’s names',
  'hugging-face': 'in the names of transformers',
  'keras-applications': 'in the names of Keras Applications',
  cifar: 'in the names of CIFAR’s networks',
  keras: 'in Keras’s automatic names',
  sites: 'in ResNet.js’s names',
};

/** For which networks images are prepared. */
export const preprocessingTitles: Readonly<Record<PreprocessingName, string>> = {
  torchvision: 'torchvision’s networks',
  'torchvision-v2': 'torchvision’s newer weights (V2)',
  timm: 'timm’s networks',
  'keras-caffe': 'Keras’s ResNet50, 101, 152',
  'keras-tf': 'Keras’s ResNet V2',
  'keras-torch': 'Keras, in PyTorch’s way',
  cifar: 'CIFAR’s networks in PyTorch',
  raw: 'none: levels from 0 to 255',
  'unit-range': 'none: levels from 0 to 1',
};
