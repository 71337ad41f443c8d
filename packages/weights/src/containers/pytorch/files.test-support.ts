import { inflateSync } from 'node:zlib';
import content from './files.test-support.json' with { type: 'json' };

/** Bytes that `tooling/goldens/pytorch_files.py` has packed. */
export function unpacked(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(inflateSync(Buffer.from(text, 'base64')));
}

interface ReadableFile {
  readonly name: string;
  readonly file: string;
  readonly tensors: readonly { name: string; dtype: string; shape: number[]; values: string }[];
  readonly path?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly others?: readonly string[];
}

export const readable: readonly ReadableFile[] = content.readable as unknown as ReadableFile[];
export const { refused, plain } = content;

/** A readable file by name. */
export function fileNamed(name: string): Uint8Array<ArrayBuffer> {
  return unpacked((readable.find((each) => each.name === name) as ReadableFile).file);
}
