import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataId } from '@tensorflow/tfjs-core';
import { allocateFor, type FilterStore, type HeapFunctions } from './heap.js';
import type { Address } from './microkernels.js';

/** Bytes that prepared filters may take: a sixteenth of the heap's limit. */
const mostBytes = 2 ** 28;

interface Prepared {
  readonly layout: string;
  readonly address: Address;
  readonly bytes: number;
}

/**
 * Filters in the order in which products read them, kept as long as their tensors: at batch 1, packing a late layer's filter takes
 * longer than multiplying by it. A filter is prepared when it comes the second time: in training, each comes but once.
 */
export class PreparedFilters implements FilterStore {
  readonly #heap: HeapFunctions;
  #seen = new WeakSet<DataId>();
  readonly #kept = new Map<DataId, Prepared>();
  #bytes = 0;

  /** Frees what is kept of a tensor when the backend disposes of it. */
  constructor(backend: BackendWasm) {
    this.#heap = allocateFor(backend);
    const dispose = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = dispose(dataId, force);
      if (isGone) this.#free(dataId);
      return isGone;
    };
  }

  find(dataId: DataId, layout: string, bytes: number, prepare: (to: Address) => void): Address {
    const kept = this.#kept.get(dataId);
    if (kept !== undefined) return kept.layout === layout ? kept.address : 0;
    if (!this.#seen.has(dataId)) {
      this.#seen.add(dataId);
      return 0;
    }
    if (this.#bytes + bytes > mostBytes) return 0;
    const address = this.#heap.allocate(bytes);
    if (address === 0) return 0;
    prepare(address);
    this.#kept.set(dataId, { layout, address, bytes });
    this.#bytes += bytes;
    return address;
  }

  #free(dataId: DataId): void {
    const kept = this.#kept.get(dataId);
    if (kept === undefined) return;
    this.#heap.free(kept.address);
    this.#kept.delete(dataId);
    this.#bytes -= kept.bytes;
  }
}
