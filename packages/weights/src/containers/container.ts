/** The types of values in a container by their safetensors names, and their bytes per value. */
export const dtypeBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** The type of a tensor's values, by its safetensors name: `F32`, `F16`, `I64`, … */
export type Dtype = keyof typeof dtypeBytes;

/** The number of values of a shape; Infinity, or inexact, where it is beyond any file. */
export function elements(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
}

/** What a container says of a tensor before its values are read. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** The size in bytes of a tensor's values. */
export function tensorBytes({ dtype, shape }: TensorInfo): number {
  return elements(shape) * dtypeBytes[dtype];
}

/** An open file of named tensors, of whichever format: values are read when they are asked for. */
export interface TensorContainer {
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Every tensor, by name. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * Reads a tensor's values, row-major and little-endian, into a new array, which is the caller's. Throws
   * `unknown-name`, and `bad-file` if the file ends too early.
   */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A tensor to be written into a container: its values are asked for when it is their turn. */
export interface TensorToWrite extends TensorInfo {
  readonly name: string;
  /** The values, row-major and little-endian. */
  read(): Promise<Uint8Array>;
}

/** A file to be written beside another. */
export interface FileToWrite {
  readonly name: string;
  /** Its bytes. */
  readonly parts: AsyncIterable<Uint8Array>;
}
