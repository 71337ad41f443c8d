import { writeZip, type ZipFile } from '../write-zip.js';

/** Opcodes as they stand in a pickle, Latin-1. */
export const op = {
  text: (value: string): string =>
    `X${uint32(Buffer.byteLength(value))}${Buffer.from(value).toString('latin1')}`,
  int: (value: number): string => `J${uint32(value >>> 0)}`,
  long: (value: bigint): string => `\x8a\x08${bytesOf(BigInt64Array.of(value))}`,
  global: (module: string, name: string): string => `c${module}\n${name}\n`,
  tuple: (...items: string[]): string => `(${items.join('')}t`,
  storage: (key = '0', count = 6, type = 'FloatStorage'): string =>
    `${op.tuple(op.text('storage'), op.global('torch', type), op.text(key), op.text('cpu'), op.int(count))}Q`,
  /** A tensor [2, 3] of storage 0, except for what is given. */
  tensor: (given: Tensor = {}): string => {
    const { storage = op.storage(), offset = op.int(0), shape = [2, 3], strides = [3, 1] } = given;
    const sizes = op.tuple(...shape.map(op.int));
    const steps = op.tuple(...strides.map(op.int));
    return `${op.global('torch._utils', '_rebuild_tensor_v2')}${op.tuple(storage, offset, sizes, steps, '\x89', '}')}R`;
  },
  dict: (items: Readonly<Record<string, string>>): string =>
    `}(${Object.entries(items)
      .map(([key, value]) => op.text(key) + value)
      .join('')}u`,
};

interface Tensor {
  readonly storage?: string;
  readonly offset?: string;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

/** A zip file of PyTorch's with this pickle, and one storage of six floats. */
export async function zipWith(
  pickle: string,
  more: readonly ZipFile[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const files = [
    { name: 'archive/data.pkl', data: Buffer.from(`\x80\x02${pickle}.`, 'latin1') },
    { name: 'archive/data/0', data: new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) },
  ];
  const parts: Uint8Array[] = [];
  for await (const part of writeZip([...files, ...more])) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/** A legacy file with this pickle, these keys, and the storages' counts and values. */
export function legacyWith(
  pickle: string,
  keys: readonly string[] = ['0'],
  storages = bytesOf(BigInt64Array.of(6n)) + bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)),
): Uint8Array<ArrayBuffer> {
  const magic = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.';
  const version = '\x80\x02M\xe9\x03.';
  const list = `\x80\x02](${keys.map(op.text).join('')}e.`;
  return new Uint8Array(
    Buffer.from(`${magic}${version}\x80\x02}.\x80\x02${pickle}.${list}${storages}`, 'latin1'),
  );
}

function uint32(value: number): string {
  return bytesOf(Uint32Array.of(value));
}

export function bytesOf({ buffer }: { readonly buffer: ArrayBufferLike }): string {
  return Buffer.from(buffer).toString('latin1');
}
