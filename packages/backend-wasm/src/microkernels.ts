import { WasmBackendError } from './errors.js';
import { plainMemory, sharedMemory } from './generated/microkernels.js';
import { bytesOf, webAssembly, type WasmMemory } from './web-assembly.js';

/** A byte address in the Wasm heap. */
export type Address = number;

/** The functions of assembly/index.ts, where their arguments are explained. */
export interface Microkernels {
  fillOffsets(table: Address, n0: number, s0: number, n1: number, s1: number, n2: number, s2: number): void;
  padImages(
    to: Address,
    from: Address,
    batch: number,
    height: number,
    width: number,
    channels: number,
    top: number,
    left: number,
    paddedHeight: number,
    paddedWidth: number,
  ): void;
  zero(to: Address, bytes: number): void;
  multiplyScratchBytes(rows: number, columns: number, depth: number): number;
  multiply(
    left: Address,
    leftRows: Address,
    leftDepths: Address,
    right: Address,
    rightDepths: Address,
    rightColumns: Address,
    target: Address,
    targetRows: Address,
    depth: number,
    firstRow: number,
    lastRow: number,
    firstColumn: number,
    lastColumn: number,
    scratch: Address,
  ): void;
  batchNormInference(
    y: Address,
    x: Address,
    mean: Address,
    variance: Address,
    scale: Address,
    offset: Address,
    rows: number,
    channels: number,
    epsilon: number,
    scratch: Address,
  ): void;
  maxPoolGradient(
    dx: Address,
    dy: Address,
    x: Address,
    y: Address,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    windowHeight: number,
    windowWidth: number,
    strideHeight: number,
    strideWidth: number,
    top: number,
    left: number,
  ): void;
  batchNormScratchBytes(channels: number): number;
  batchNormTraining(
    y: Address,
    mean: Address,
    variance: Address,
    x: Address,
    scale: Address,
    offset: Address,
    rows: number,
    channels: number,
    epsilon: number,
    relu: boolean,
    scratch: Address,
  ): void;
  batchNormTrainingGradient(
    dx: Address,
    dScale: Address,
    dOffset: Address,
    dy: Address,
    x: Address,
    scale: Address,
    offset: Address,
    mean: Address,
    variance: Address,
    rows: number,
    channels: number,
    epsilon: number,
    relu: boolean,
    scratch: Address,
  ): void;
  addRelu(to: Address, a: Address, b: Address, count: number): void;
  reluGradient(to: Address, dy: Address, y: Address, count: number): void;
  adamUpdate(
    toVariable: Address,
    toFirst: Address,
    toSecond: Address,
    variable: Address,
    gradient: Address,
    first: Address,
    second: Address,
    count: number,
    stepSize: number,
    share1: number,
    share2: number,
    epsilon: number,
    decay: number,
  ): void;
}

/** Starts the microkernels on a memory, plain or shared; throws `simd-missing` where there is no SIMD. */
export async function startMicrokernels(memory: WasmMemory): Promise<Microkernels> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const bytes = bytesOf(shared ? sharedMemory : plainMemory);
  if (!webAssembly.validate(bytes)) {
    throw new WasmBackendError(
      'simd-missing',
      'This JavaScript engine rejects the microkernels: WebAssembly SIMD is needed. Use a newer browser or Node, or another backend.',
    );
  }
  const { instance } = await webAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as Microkernels;
}
