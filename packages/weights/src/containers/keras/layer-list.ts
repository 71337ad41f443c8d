import { badFile, quote } from '../../bad-file.js';
import type { TensorInfo } from '../container.js';
import type { Hdf5Dataset } from '../hdf5/dataset.js';
import type { Hdf5File } from '../hdf5/open-hdf5.js';
import type { KerasLayer } from './keras-file.js';

/** The layers of a file and their variables, as they are found. */
export interface LayerList {
  readonly layers: KerasLayer[];
  readonly datasets: Map<string, Hdf5Dataset>;
  /** How many variables were left out. */
  leftOut: number;
  /** Counts a group that was looked into: a small file can have endless ones. */
  visit(): void;
}

const maxGroups = 100_000;

/** An empty list. */
export function layerList(): LayerList {
  let groups = 0;
  return {
    ...{ layers: [], datasets: new Map(), leftOut: 0 },
    visit() {
      if (++groups > maxGroups)
        throw badFile(`The file has more than ${maxGroups} groups, too many to read.`);
    },
  };
}

/** Adds a layer with variables, each by its path in the file. Throws `bad-file` for a name twice, and for no dataset. */
export async function addLayer(
  list: LayerList,
  file: Hdf5File,
  name: string,
  variables: readonly { readonly name: string; readonly path: string }[],
): Promise<void> {
  for (const variable of variables) {
    if (list.datasets.has(variable.name)) {
      throw badFile(`The file has two variables ${quote(variable.name)}. Save the model again.`);
    }
    if ((await file.kind(variable.path)) !== 'dataset') {
      throw badFile(`The file lists ${quote(variable.name)}, but has no such dataset. Save the model again.`);
    }
    list.datasets.set(variable.name, await file.dataset(variable.path));
  }
  list.layers.push({ name, variables: variables.map((variable) => variable.name) });
}

/** What a `KerasFile` says of the tensors in a list. */
export function tensorsOf({ datasets }: LayerList): ReadonlyMap<string, TensorInfo> {
  return new Map([...datasets].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}
