import { sha256 } from '@noble/hashes/sha2.js';
import { type Classifier, initialize, type Network, preactResNet, unitRange } from '@resnetjs/core';

/** A network of one block, with convolutions, normalizations, pooling and a dense layer. */
export const tinyNetwork: Network = preactResNet({ input: [8, 8, 3], classes: 3, blocks: 1 });

export function tinyClassifier(network = tinyNetwork): Classifier {
  return {
    network,
    variables: initialize(network, { seed: 1 }),
    classes: ['red', 'grün', '蓝'],
    preprocessing: unitRange(),
  };
}

/** A file from a header and the bytes after it; the header's length may be wrong. */
export function fileOf(header: unknown, data: Uint8Array = new Uint8Array(), length?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = Buffer.from(json);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length ?? BigInt(text.length));
  return new Uint8Array(Buffer.concat([start, text, data]));
}

/** The header of a file, to be changed, and its data. */
export function openFile(bytes: Uint8Array): { header: Record<string, Entry>; data: Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
  return { header, data: bytes.slice(8 + length) };
}

export interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
  [key: string]: unknown;
}

/** The checksum of a file in parts, of which the first is its header. */
export const checksumOf = (parts: readonly Uint8Array[]): Uint8Array => {
  const digests = parts.map((part) => sha256(part));
  return new Uint8Array(Buffer.concat([digests[0] as Uint8Array, sha256(Buffer.concat(digests))]));
};

/** A changed file with the checksum that it should have, as one has who means harm. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, start).toString()) as Record<string, Entry>;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__' && name !== 'checksum')
    .map(([, { data_offsets }]) => data_offsets)
    .sort(([a, b], [c, d]) => a - c || b - d);
  const parts = tensors.map(([from, to]) => file.subarray(start + from, start + to));
  const at = start + (header.checksum?.data_offsets[0] ?? 0);
  file.set(checksumOf([file.subarray(0, start), ...parts]), at);
  return new Uint8Array(file);
}
