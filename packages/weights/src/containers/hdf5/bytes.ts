/** Bytes that are being written, little-endian, front to back. */
export class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** The number of bytes written. */
  get length(): number {
    return this.#length;
  }

  /** The bytes written. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  raw(bytes: ArrayLike<number>): this {
    this.zeros(bytes.length);
    return this.overwrite(this.#length - bytes.length, bytes);
  }

  zeros(count: number): this {
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this;
  }

  letters(text: string): this {
    return this.raw(Array.from(text, (letter) => letter.charCodeAt(0)));
  }

  uint(value: number, width: number): this {
    return this.zeros(width).put(this.#length - width, value, width);
  }

  int64(value: number): this {
    this.zeros(8);
    new DataView(this.#bytes.buffer).setBigInt64(this.#length - 8, BigInt(value), true);
    return this;
  }

  /** An address; undefined for HDF5's "undefined address". */
  address(value: number | undefined): this {
    return value === undefined ? this.raw(Array(8).fill(0xff)) : this.uint(value, 8);
  }

  /** Zeros up to a multiple of eight bytes. */
  align(): this {
    return this.zeros((8 - (this.#length % 8)) % 8);
  }

  /** Overwrites a number that was written. */
  put(at: number, value: number, width: number): this {
    for (let byte = 0, rest = value; byte < width; byte++, rest = Math.floor(rest / 256))
      this.#bytes[at + byte] = rest % 256;
    return this;
  }

  /** Overwrites bytes that were written. */
  overwrite(at: number, bytes: ArrayLike<number>): this {
    this.#bytes.set(bytes, at);
    return this;
  }
}
