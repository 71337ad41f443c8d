import type { DownloadFormat } from '../../worker/protocol.js';

/** The formats that a model is downloaded in. */
export const formatTitles: Readonly<
  Record<DownloadFormat, { readonly title: string; readonly ending: string }>
> = {
  resnetjs: { title: 'ResNet.js', ending: '.safetensors' },
  safetensors: { title: 'PyTorch and timm', ending: '.safetensors' },
  pytorch: { title: 'PyTorch', ending: '.pth' },
  keras: { title: 'Keras', ending: '.keras' },
  'keras-weights': { title: 'Keras, weights alone', ending: '.weights.h5' },
  onnx: { title: 'ONNX', ending: '.onnx' },
};

export const formats = Object.keys(formatTitles) as readonly DownloadFormat[];

export const isFormat = (name: string): name is DownloadFormat => Object.hasOwn(formatTitles, name);
