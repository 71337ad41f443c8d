import type { Shape } from '@resnetjs/core';
import type { TensorContainer } from '../containers/container.js';

/** A tensor of a file, under the name by which recognition knows it. */
export interface FoundTensor {
  /** Its name in the file. */
  readonly tensor: string;
  readonly shape: Shape;
}

/** A file's tensors by their names without what wrappers put in front of them. */
export interface FoundTensors {
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** What stands in front of every name in the file: `module.`, or nothing. */
  readonly prefix: string;
  /** Names in the file of what no inference and no training takes. */
  readonly unused: readonly string[];
}

/** What DistributedDataParallel, torch.compile, Lightning and others put in front of every name. */
const wrappers = ['module.', '_orig_mod.', 'model.', 'net.', 'network.', 'backbone.', 'encoder.'];
/** PyTorch's count of training steps, which only a normalization without a momentum would read. */
const counter = /(^|\.)num_batches_tracked$/;

/** The tensors of a PyTorch network, whichever container they are in. */
export function torchTensors({ tensors }: Pick<TensorContainer, 'tensors'>): FoundTensors {
  const all = [...tensors.keys()];
  const unused = all.filter((name) => counter.test(name));
  const names = all.filter((name) => !counter.test(name));
  const prefix = prefixOf(names);
  return {
    prefix,
    unused,
    tensors: new Map(
      names.map((name) => [
        name.slice(prefix.length),
        { tensor: name, shape: tensors.get(name)?.shape as Shape },
      ]),
    ),
  };
}

/** Wrappers stand in each other. */
function prefixOf(names: readonly string[]): string {
  let prefix = '';
  for (;;) {
    const next = wrappers.find((wrapper) => names.every((name) => name.startsWith(prefix + wrapper)));
    if (next === undefined || names.length === 0) return prefix;
    prefix += next;
  }
}
