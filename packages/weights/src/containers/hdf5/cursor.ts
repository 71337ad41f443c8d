import type { ResNetError } from '@resnetjs/core';
import { badFile } from '../../bad-file.js';

/** The widths of addresses and of lengths in a file, in bytes. */
export interface Widths {
  readonly address: number;
  readonly length: number;
}

/** The error for bytes that HDF5 doesn't allow. */
export function damaged(problem: string): ResNetError {
  return badFile(`The HDF5 file is damaged or truncated: ${problem}. Copy the file again, or save it again.`);
}

/** The error for what HDF5 allows and isn't read here. */
export function unsupported(what: string): ResNetError {
  return badFile(
    `The HDF5 file has ${what}, which isn't read. Save it again with the defaults of h5py or Keras.`,
  );
}

/** Reads little-endian numbers from bytes, front to back, and never past their end. Throws `bad-file`. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #widths: Widths;
  readonly #what: string;
  #at = 0;

  /** @param what the bytes' name in errors */
  constructor(bytes: Uint8Array, widths: Widths, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#widths = widths;
    this.#what = what;
  }

  /** The number of bytes read. */
  get at(): number {
    return this.#at;
  }

  /** The number of bytes that follow. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next bytes, as a view. */
  take(count: number): Uint8Array {
    if (count > this.left) throw damaged(`${this.#what} ends too early`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  skip(count: number): this {
    this.take(count);
    return this;
  }

  /** A whole number of 1 to 8 bytes without a sign. */
  uint(width: number): number {
    const start = this.#at;
    this.take(width);
    let value = 0;
    for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + this.#view.getUint8(start + byte);
    if (!Number.isSafeInteger(value)) throw damaged(`${this.#what} has a number beyond 2^53`);
    return value;
  }

  u8(): number {
    return this.uint(1);
  }

  u16(): number {
    return this.uint(2);
  }

  u32(): number {
    return this.uint(4);
  }

  length(): number {
    return this.uint(this.#widths.length);
  }

  /** An address, or undefined for HDF5's "undefined address". */
  optionalAddress(): number | undefined {
    const { address } = this.#widths;
    const start = this.#at;
    if (this.take(address).every((byte) => byte === 0xff)) return undefined;
    this.#at = start;
    return this.uint(address);
  }

  address(): number {
    const address = this.optionalAddress();
    if (address === undefined) throw damaged(`${this.#what} lacks an address`);
    return address;
  }

  /** Checks the four letters that a structure begins with. */
  signature(letters: string): this {
    const found = String.fromCharCode(...this.take(4));
    if (found !== letters) throw damaged(`${this.#what} should begin with ${letters}`);
    return this;
  }

  /** The bytes up to a zero, which is skipped. */
  untilZero(): Uint8Array {
    const length = this.#bytes.subarray(this.#at).indexOf(0);
    if (length < 0) throw damaged(`${this.#what} has a name without an end`);
    const text = this.take(length);
    this.skip(1);
    return text;
  }

  /** Skips to the next multiple of eight bytes from the start, or to the end. */
  align(): this {
    return this.skip(Math.min((8 - (this.#at % 8)) % 8, this.left));
  }
}

/** Text in UTF-8. Throws `bad-file`. */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged('a text in it is not UTF-8');
  }
}
