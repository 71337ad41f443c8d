import type { Role } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import {
  layOut,
  openSafetensors,
  type SafetensorsFile,
  type TensorEntry,
} from '../containers/safetensors.js';
import { bytesOf, floatsOf, wrongValues } from '../variable-values.js';
import { Checksum, checksumTensor, type formerChecksumTensor, sha256 } from './checksum.js';
import { matchTensors } from './read-description.js';
import { checksumOf, versionOf } from './versions.js';

/** A tensor of float32 values in our files. */
export interface FileTensor {
  /** Its name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  /** What a network's parameter is to its operation; undefined for other tensors. */
  readonly role: Role | undefined;
}

/** One kind of our files. */
export interface FileKind {
  readonly name: 'model file' | 'checkpoint';
  /** The metadata's key for the format's version. */
  readonly versionKey: string;
  /** All keys of the metadata. */
  readonly keys: readonly string[];
  /** The first version whose files end with a checksum. */
  readonly checksumSince: number;
  /** What to say of a file without a version. */
  readonly notThis: (metadata: SafetensorsFile['metadata']) => string;
}

/** One of our files, opened. */
export interface CheckedFile extends SafetensorsFile {
  /** The checksum at its end; undefined in a file from before there were any. */
  readonly checksum: typeof checksumTensor | typeof formerChecksumTensor | undefined;
}

/** A file in parts: its header, each tensor in this order, and the checksum of the parts before. */
export function fileParts<Tensor extends FileTensor>(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
  valuesOf: (tensor: Tensor) => Promise<Float32Array<ArrayBuffer>>,
): { readonly size: number; readonly parts: AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> } {
  const { header, size } = layOut(
    [...tensors.map(({ name, shape }) => ({ id: name, shape })), checksumTensor],
    metadata,
  );
  async function* parts() {
    const checksum = new Checksum();
    await checksum.add(header);
    yield header;
    for (const tensor of tensors) {
      const bytes = bytesOf(await valuesOf(tensor));
      await checksum.add(bytes);
      yield bytes;
    }
    yield await checksum.result();
  }
  return { size, parts: parts() };
}

/** Opens one of our files, and checks what its header says before a tensor is read. Throws `bad-file`. */
export async function openChecked(source: ByteSource, kind: FileKind): Promise<CheckedFile> {
  const file = await openSafetensors(source);
  const version = versionOf(file.metadata, kind.versionKey, kind.name);
  if (version === undefined) throw badFile(kind.notThis(file.metadata));
  const checksum = checksumOf(version, kind.checksumSince);
  if (checksum === checksumTensor) {
    await checkHeader(file);
    checkKeys(file, kind);
  }
  return { ...file, checksum };
}

async function checkHeader({ header, tensors, read }: SafetensorsFile): Promise<void> {
  const { id, dtype, shape } = checksumTensor;
  const found = tensors.get(id);
  if (found?.dtype !== dtype || String(found.shape) !== String(shape)) throw damaged('it has no checksum');
  if (!startsWith(await read(id), await sha256(header))) throw damaged('the checksum of its header is wrong');
}

function checkKeys({ metadata }: SafetensorsFile, { keys, name }: FileKind): void {
  const unknown = [...metadata.keys()].find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw badFile(
      `The ${name} has the key ${quote(unknown)}, which its version of the format does not have.`,
    );
  }
}

/** Checks that a file has exactly the needed tensors, in the order in which its checksum was made. Throws `bad-file`. */
export function checkTensors({ checksum, tensors }: CheckedFile, needed: readonly FileTensor[]): void {
  const all = [...needed.map(({ name, shape }) => ({ id: name, shape })), ...(checksum ? [checksum] : [])];
  matchTensors(all, tensors);
  if (checksum === undefined) return;
  const starts = all.map(({ id }) => (tensors.get(id) as TensorEntry).start);
  if (starts.some((start, index) => index > 0 && start < (starts[index - 1] as number))) {
    throw damaged('its tensors are in the wrong order');
  }
}

/**
 * Yields each tensor with its values. Throws `bad-file` after the last one if the checksum is wrong, or values are not what
 * they can be: what was yielded must not be used then.
 */
export async function* readTensors<Tensor extends FileTensor>(
  { checksum, header, read }: CheckedFile,
  tensors: readonly Tensor[],
): AsyncGenerator<{ readonly tensor: Tensor; readonly values: Float32Array<ArrayBuffer> }, void, void> {
  const computed = new Checksum();
  await computed.add(header);
  let wrong: string | undefined;
  for (const tensor of tensors) {
    const bytes = await read(tensor.name);
    if (checksum !== undefined) await computed.add(bytes);
    const values = floatsOf(bytes);
    const problem = wrongValues(values, tensor.role);
    if (problem !== undefined) wrong ??= `The file's ${tensor.name} holds ${problem}. Train the model again.`;
    yield { tensor, values };
  }
  if (checksum !== undefined) {
    const expected = await read(checksum.id);
    const result = await computed.result();
    if (!startsWith(expected, result.subarray(-expected.length))) throw damaged('its checksum is wrong');
  }
  if (wrong !== undefined) throw badFile(wrong);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => byte === bytes[index]);
}

function damaged(why: string) {
  return badFile(`The file is damaged: ${why}. Copy it again, or train the model again.`);
}
