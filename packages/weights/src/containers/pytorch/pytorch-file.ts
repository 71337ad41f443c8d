import type { ByteSource } from '../../byte-source.js';
import type { TensorContainer } from '../container.js';
import type { PickleValue, Storage } from './pickle-values.js';

/** A file of `torch.save`, opened. */
export interface PytorchFile extends TensorContainer {
  /** How the file is built: a zip archive since PyTorch 1.6, a stream of pickles and values before. */
  readonly format: 'zip' | 'legacy';
  /** The keys under which the weights were found: `['state_dict']`; none where the file is a dict of tensors. */
  readonly path: readonly string[];
  /** Numbers, strings and booleans beside the weights: `epoch`, `arch`, `best_acc1`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The keys of what else holds tensors, or arrays of NumPy, none of which is read: other state dicts, an optimizer's state. */
  readonly others: readonly string[];
}

/** What was saved, and where the values of its storages are. */
export interface SavedObject {
  readonly root: PickleValue;
  readonly isBigEndian: boolean;
  /** The values of a storage, of which nothing is read yet. */
  open(storage: Storage): Promise<ByteSource>;
}
