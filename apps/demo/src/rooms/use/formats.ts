import type { WrittenFormat } from '@resnetjs/weights';

/** The formats that a model is downloaded in. */
export const formatTitles: Readonly<
  Record<WrittenFormat, { readonly title: string; readonly ending: string }>
> = {
  resnetjs: { title: 'ResNet.js', ending: '.safetensors' },
  safetensors: { title: 'PyTorch and timm', ending: '.safetensors' },
  pytorch: { title: 'PyTorch', ending: '.pth' },
  keras: { title: 'Keras', ending: '.keras' },
  'keras-weights': { title: 'Keras, weights alone', ending: '.weights.h5' },
  onnx: { title: 'ONNX', ending: '.onnx' },
};

export const formats = Object.keys(formatTitles) as readonly WrittenFormat[];

export const isFormat = (name: string): name is WrittenFormat => Object.hasOwn(formatTitles, name);
