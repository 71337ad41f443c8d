import { type Preprocessing, preprocessings, unitRange } from '@resnetjs/core';
import { type PreprocessingName, preprocessingNames } from './protocol.js';

const { torchvision, torchvisionV2, timm, keras, cifar, raw } = preprocessings;

export const namedPreprocessings: Readonly<Record<PreprocessingName, Preprocessing>> = {
  torchvision,
  'torchvision-v2': torchvisionV2,
  timm,
  'keras-caffe': keras.caffe,
  'keras-tf': keras.tf,
  'keras-torch': keras.torch,
  cifar,
  raw,
  'unit-range': unitRange(),
};

/** The name of a preprocessing; null if it has none. */
export function nameOf(preprocessing: Preprocessing): PreprocessingName | null {
  const wanted = valuesOf(preprocessing);
  return preprocessingNames.find((name) => valuesOf(namedPreprocessings[name]) === wanted) ?? null;
}

function valuesOf({ mean, std, interpolation, fit, cropShare = 1, channelOrder = 'rgb' }: Preprocessing) {
  return JSON.stringify([mean, std, interpolation, fit, cropShare, channelOrder]);
}
