import type { OperationKind } from '../operations.js';
import type { Dialect, LayerName } from './dialect.js';
import { torchParameter } from './torch.js';

/** What a layer of a sequence is called within it. */
const kinds: Partial<Record<OperationKind, string>> = {
  conv: 'convolution',
  norm: 'normalization',
  act: 'activation',
};
const headNames: Partial<Record<OperationKind, string>> = {
  globalPool: 'resnet.pooler',
  flatten: 'classifier.0',
  dense: 'classifier.1',
};

const transformersName: LayerName = ({ op, site }, place) => {
  if (site.part === 'input') return 'pixel_values';
  const kind = kinds[op.op] ?? op.op;
  if (site.part !== 'stage') {
    if (site.part === 'head') return headNames[op.op] ?? op.op;
    return op.op === 'pool' ? 'resnet.embedder.pooler' : `resnet.embedder.embedder.${kind}`;
  }
  const block = blockOf(site.stage, site.block);
  if (site.gate !== undefined) return `${block}.gate.${kind}`;
  if (site.path === 'shortcut') return `${block}.shortcut.${kind}`;
  if (site.path !== 'branch') return `${block}.${kind}`;
  // A convolution, its normalization and its activation are one layer.
  return `${block}.layer.${Math.max(0, place.convolutions - (op.op === 'conv' ? 0 : 1))}.${kind}`;
};

const blockOf = (stage: number, block: number) => `resnet.encoder.stages.${stage}.layers.${block}`;

/** The names of `ResNetForImageClassification` in Hugging Face's transformers: `resnet.encoder.stages.0.layers.0.layer.0.convolution`. */
export const huggingFace: Dialect = {
  layer: transformersName,
  parameter: torchParameter,
  block: blockOf,
  stage: (stage) => `resnet.encoder.stages.${stage}`,
};
