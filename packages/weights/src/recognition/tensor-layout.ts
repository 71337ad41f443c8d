import {
  type DialectName,
  type Network,
  type Parameter,
  type ParameterId,
  shapes,
  walk,
} from '@resnetjs/core';
import { channelsFirst, identity, type Layout, nested, oihw, outIn } from '../layouts.js';

/** Whose order of a parameter's values a dialect implies. */
const frameworks = {
  torchvision: 'PyTorch',
  timm: 'PyTorch',
  'hugging-face': 'PyTorch',
  cifar: 'PyTorch',
  course: 'Keras',
  preact: 'Keras',
  'keras-applications': 'Keras',
  keras: 'Keras',
  sites: 'Keras',
} as const satisfies Record<DialectName, 'PyTorch' | 'Keras'>;

/** The framework whose networks a dialect names. */
export function frameworkOf(dialect: DialectName): 'PyTorch' | 'Keras' {
  return frameworks[dialect];
}

/** The layout of each parameter in a dialect's framework; Keras's are ours. */
export function layoutsOf(network: Network, dialect: DialectName): (parameter: Parameter) => Layout {
  if (frameworks[dialect] === 'Keras') return () => identity;
  const flattened = flattenedMaps(network);
  return ({ id, op, role }) => {
    if (role !== 'kernel') return identity;
    if (op === 'conv') return oihw;
    const map = flattened.get(id);
    return map === undefined ? outIn : nested(outIn, channelsFirst(map));
  };
}

/** The map before it is flattened, by the id of the dense kernel that takes its values. */
function flattenedMaps(network: Network): ReadonlyMap<ParameterId, readonly number[]> {
  const results = shapes(network);
  const nodes = walk(network);
  const found = new Map<ParameterId, readonly number[]>();
  nodes.forEach(({ op, from, site }) => {
    if (op.op !== 'dense' || site.part !== 'head') return;
    let before = from[0] as number;
    while (nodes[before]?.op.op === 'dropout') before = nodes[before]?.from[0] as number;
    if (nodes[before]?.op.op !== 'flatten') return;
    found.set(`head.${site.index}.kernel`, results[nodes[before]?.from[0] as number] as readonly number[]);
  });
  return found;
}
