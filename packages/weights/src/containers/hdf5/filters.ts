import { ResNetError } from '@resnetjs/core';
import { Cursor, damaged, unsupported } from './cursor.js';
import type { Storage } from './storage.js';

/** A step that was applied to each chunk before it was written. */
export interface Filter {
  readonly kind: 'deflate' | 'shuffle' | 'checksum';
}

const kinds: Readonly<Record<number, Filter['kind']>> = { 1: 'deflate', 2: 'shuffle', 3: 'checksum' };
const otherNames: Readonly<Record<number, string>> = {
  ...{ 4: 'szip', 5: 'nbit', 6: 'scaleoffset', 32000: 'lzf', 32001: 'blosc', 32004: 'lz4' },
  ...{ 32008: 'bitshuffle', 32013: 'zfp', 32015: 'zstandard' },
};
const maxFilters = 32;

/** The filters of a dataset, in the order in which they were applied. Throws `bad-file` for one that isn't read. */
export function readFilters(storage: Storage, body: Uint8Array | undefined): readonly Filter[] {
  if (body === undefined) return [];
  const cursor = new Cursor(body, storage.widths, 'the list of filters');
  const version = cursor.u8();
  if (version !== 1 && version !== 2) throw unsupported(`a list of filters of version ${version}`);
  const count = cursor.u8();
  if (count > maxFilters) throw damaged(`a dataset has ${count} filters`);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => readFilter(cursor, version));
}

function readFilter(cursor: Cursor, version: number): Filter {
  const id = cursor.u16();
  const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
  const parameters = cursor.skip(2).u16();
  cursor.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
  cursor.skip(4 * (version === 1 && parameters % 2 === 1 ? parameters + 1 : parameters));
  const kind = kinds[id];
  if (kind === undefined) throw unsupported(`the filter ${otherNames[id] ?? `number ${id}`}`);
  return { kind };
}

/** What a chunk was before its filters. Throws `bad-file`, also if it isn't `size` bytes. */
export async function unfilter(
  chunk: Uint8Array<ArrayBuffer>,
  filters: readonly Filter[],
  { skipped, size, elementBytes }: { skipped: number; size: number; elementBytes: number },
): Promise<Uint8Array> {
  const checksums = filters.filter(({ kind }) => kind === 'checksum').length;
  let bytes: Uint8Array<ArrayBuffer> = chunk;
  for (let index = filters.length - 1; index >= 0; index--) {
    if ((skipped >>> index) & 1) continue;
    const kind = filters[index]?.kind;
    if (kind === 'checksum') bytes = bytes.subarray(0, Math.max(bytes.length - 4, 0));
    else if (kind === 'shuffle') bytes = unshuffle(bytes, elementBytes);
    else bytes = await inflate(bytes, size + 4 * checksums);
  }
  if (bytes.length !== size) throw damaged(`a chunk of ${size} bytes has ${bytes.length}`);
  return bytes;
}

/** Bytes that stand together by their place in the element, back in the elements. */
function unshuffle(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const count = Math.floor(bytes.length / width);
  const whole = bytes.slice(); // what is left over at the end stays
  for (let byte = 0; byte < width; byte++)
    for (let element = 0; element < count; element++)
      whole[element * width + byte] = bytes[byte * count + element] as number;
  return whole;
}

/** Inflates zlib's bytes to at most `max`. */
async function inflate(bytes: Uint8Array<ArrayBuffer>, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(max);
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > max) throw damaged(`a chunk inflates to more than its ${max} bytes`);
      whole.set(part.value, length);
      length += part.value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    if (error instanceof ResNetError) throw error;
    throw damaged('a compressed chunk is not what zlib writes');
  }
  return whole.subarray(0, length);
}
