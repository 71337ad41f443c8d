import { BackendError } from '@resnetjs/backend';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { Address, Exports } from './microkernels.js';
import type { Team } from './threads/team.js';
import type { WasmMemory } from './web-assembly.js';

/** The part of the Emscripten module in TensorFlow.js's backend that this package uses. */
interface HeapModule {
  readonly asm?: { readonly memory?: WasmMemory };
  /** The memory of the build with threads, which imports it. */
  readonly wasmMemory?: WasmMemory;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The memory that holds the backend's tensors. Throws BackendError `start-failed` if it can't be found. */
export function heapMemory(backend: BackendWasm): WasmMemory {
  const module = backend.wasm as unknown as HeapModule;
  const memory = module.asm?.memory ?? module.wasmMemory;
  if (memory === undefined) {
    throw new BackendError(
      'start-failed',
      "The Wasm backend's memory could not be found: expected @tensorflow/tfjs-backend-wasm 4.22.",
    );
  }
  return memory;
}

/** The address of a tensor of this type. Throws BackendError `bad-arguments` for other types. */
export function addressOf(
  backend: BackendWasm,
  tensor: TensorInfo,
  dtype: 'float32' | 'int32' = 'float32',
): Address {
  if (tensor.dtype !== dtype) {
    throw new BackendError(
      'bad-arguments',
      `Expected ${dtype === 'int32' ? 'an' : 'a'} ${dtype} tensor, got ${tensor.dtype} [${tensor.shape.join(', ')}].`,
    );
  }
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new float32 tensor, uninitialized. Throws BackendError `out-of-memory`. */
export function makeOutput(backend: BackendWasm, shape: readonly number[]): TensorInfo {
  const output = backend.makeOutput([...shape], 'float32');
  if (addressOf(backend, output) === 0 && !shape.includes(0)) {
    backend.disposeData(output.dataId);
    throw outOfMemory(shape.reduce((a, b) => a * b, 4));
  }
  return output;
}

/** The heap's own allocation. */
export interface HeapFunctions {
  /** 0 if there is no room. */
  allocate(bytes: number): Address;
  free(address: Address): void;
}

export function allocateFor(backend: BackendWasm): HeapFunctions {
  const module = backend.wasm as unknown as HeapModule;
  return { allocate: (bytes) => module._malloc(bytes) >>> 0, free: (address) => module._free(address) };
}

/** Memory for one call: everything allocated is freed when `use` returns or throws. */
export function withScratch<Result>(
  backend: BackendWasm,
  use: (allocate: (bytes: number) => Address) => Result,
): Result {
  const heap = allocateFor(backend);
  const allocated: Address[] = [];
  try {
    return use((bytes) => {
      const address = heap.allocate(bytes);
      if (address === 0) throw outOfMemory(bytes);
      allocated.push(address);
      return address;
    });
  } finally {
    for (const address of allocated) heap.free(address);
  }
}

/** A new float32 tensor that `compute` fills, with memory for this call; freed if that fails. */
export function computeOutput(
  backend: BackendWasm,
  shape: readonly number[],
  compute: (output: Address, allocate: (bytes: number) => Address) => void,
): TensorInfo {
  const output = makeOutput(backend, shape);
  try {
    withScratch(backend, (allocate) => compute(addressOf(backend, output), allocate));
    return output;
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
}

/** Filters in the order in which kernels read them, kept as long as their tensors. */
export interface FilterStore {
  /**
   * Where a filter is prepared, in this layout: `prepare` writes it there once. 0 for a filter that comes the first time, where
   * there is no room, and where it is kept in another layout.
   */
  find(dataId: DataId, layout: string, bytes: number, prepare: (to: Address) => void): Address;
}

/** The context of this package's kernels. */
export interface KernelContext {
  readonly backend: BackendWasm;
  readonly microkernels: Exports;
  readonly team: Team;
  readonly filters: FilterStore;
  /** Whether convolutions of 3×3 are computed by tiles, which changes last bits. */
  readonly tiles: boolean;
}

function outOfMemory(bytes: number): BackendError {
  return new BackendError(
    'out-of-memory',
    `The Wasm heap has no room for another ${bytes} bytes: its limit is 4 GiB. Use a smaller batch or smaller images.`,
  );
}
