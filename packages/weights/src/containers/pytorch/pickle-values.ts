import type { Dtype } from '../container.js';

/** What a pickle may hold: plain data, tensors whose values are elsewhere, and what is only named. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  /** A list or a tuple. */
  | PickleValue[]
  | PickleDict
  | Set<PickleValue>
  | Global
  | Opaque
  | NumpyDtype
  | Storage
  | StridedTensor;

/** A dict, an OrderedDict, or what else is used as one. */
export type PickleDict = Map<PickleValue, PickleValue>;

/** A class or function that a pickle names. It is never imported. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An object of a class that we don't know: what the pickle says of it is kept, and nothing is called. */
export class Opaque {
  /** Its arguments, items and attributes. */
  readonly contents: PickleValue[] = [];

  constructor(
    readonly type: string,
    /** Whether it holds a tensor's values in a way that we can't read. */
    readonly isTensor = false,
  ) {}
}

/** NumPy's type of a scalar. */
export class NumpyDtype {
  isBigEndian = false;

  constructor(readonly code: string) {}
}

/** Values in a row, elsewhere in the file. */
export class Storage {
  constructor(
    /** The name under which the file has them. */
    readonly key: string,
    /** Their type; undefined where the tensor says it, or where we have none. */
    readonly dtype: Dtype | undefined,
    /** Bytes per value. */
    readonly width: number,
    /** The size in bytes of all that the file has under this key. */
    readonly fileBytes: number,
    /** Where these values start in it, in bytes. */
    readonly start: number,
    /** Their size in bytes. */
    readonly bytes: number,
  ) {}
}

/** A tensor: a view of a storage, which it is known to fit into. */
export class StridedTensor {
  constructor(
    readonly storage: Storage,
    readonly dtype: Dtype,
    /** Its first value, counted in values. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** Values from one index to the next, per axis: 0 or more. */
    readonly strides: readonly number[],
  ) {}
}
