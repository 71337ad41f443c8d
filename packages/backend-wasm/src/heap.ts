import { BackendError } from '@resnetjs/backend';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Address, Exports } from './microkernels.js';
import type { Team } from './threads/team.js';
import type { WasmMemory } from './web-assembly.js';

/** What this package uses of the Emscripten module inside TensorFlow.js's backend. */
interface HeapModule {
  readonly asm?: { readonly memory?: WasmMemory };
  /** Where the module was built with threads, its memory is imported, and lies here. */
  readonly wasmMemory?: WasmMemory;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The memory in which the backend's tensors lie; throws `start-failed`. */
export function heapMemory(backend: BackendWasm): WasmMemory {
  const module = backend.wasm as unknown as HeapModule;
  const memory = module.asm?.memory ?? module.wasmMemory;
  if (memory === undefined) {
    throw new BackendError(
      'start-failed',
      'The Wasm backend does not show its memory: @tensorflow/tfjs-backend-wasm 4.22 is expected.',
    );
  }
  return memory;
}

/** Where a float32 tensor lies. */
export function addressOf(backend: BackendWasm, tensor: TensorInfo): Address {
  if (tensor.dtype !== 'float32') {
    throw new BackendError(
      'bad-arguments',
      `A float32 tensor was expected, got ${tensor.dtype} [${tensor.shape.join(', ')}].`,
    );
  }
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new float32 tensor, its values not yet set. */
export function makeOutput(backend: BackendWasm, shape: readonly number[]): TensorInfo {
  const output = backend.makeOutput([...shape], 'float32');
  if (addressOf(backend, output) === 0 && !shape.includes(0)) {
    backend.disposeData(output.dataId);
    throw outOfMemory(shape.reduce((a, b) => a * b, 4));
  }
  return output;
}

/** Memory for the length of one call: everything allocated is freed when `use` returns or throws. */
export function withScratch<Result>(
  backend: BackendWasm,
  use: (allocate: (bytes: number) => Address) => Result,
): Result {
  const module = backend.wasm as unknown as HeapModule;
  const allocated: Address[] = [];
  try {
    return use((bytes) => {
      const address = module._malloc(bytes) >>> 0;
      if (address === 0) throw outOfMemory(bytes);
      allocated.push(address);
      return address;
    });
  } finally {
    for (const address of allocated) module._free(address);
  }
}

/** What a kernel of this package runs with. */
export interface KernelContext {
  readonly backend: BackendWasm;
  readonly microkernels: Exports;
  readonly team: Team;
}

function outOfMemory(bytes: number): BackendError {
  return new BackendError(
    'out-of-memory',
    `The Wasm heap cannot give ${bytes} bytes more: it ends at 4 GiB. Take a smaller batch or smaller images.`,
  );
}
