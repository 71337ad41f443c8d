import { ResNetError } from '@resnetjs/core';
import { joinedBytes } from '../../joined-bytes.js';
import { elements, tensorBytes, type TensorToWrite } from '../container.js';
import { writeZip, type ZipFile } from '../write-zip.js';
import { storageName } from './storage-types.js';

/** The folder in the archive; PyTorch's own choice. */
const folder = 'archive';

/**
 * The bytes of a file that `torch.load` gives as a dict of these tensors, in this order, as parts: the zip form of PyTorch
 * 1.6 and newer, also with `weights_only=True`. One tensor is in memory at a time. Throws `bad-option` for a name that
 * comes twice or a type that PyTorch 1.6 lacks, and `shape-mismatch` for values that aren't as many as the shape says.
 *
 * @example
 * ```ts
 * const file = await openSafetensors(source);
 * const tensors = [...file.tensors].map(([name, info]) => ({ name, ...info, read: () => file.read(name) }));
 * for await (const part of encodePytorch(tensors)) await handle.write(part);
 * ```
 */
export async function* encodePytorch(tensors: readonly TensorToWrite[]): AsyncGenerator<Uint8Array> {
  yield* writeZip(files(tensors, pickleOf(tensors)));
}

async function* files(tensors: readonly TensorToWrite[], pickle: Uint8Array): AsyncGenerator<ZipFile> {
  const text = new TextEncoder();
  yield { name: `${folder}/data.pkl`, data: pickle };
  yield { name: `${folder}/byteorder`, data: text.encode('little') };
  for (const [key, tensor] of tensors.entries()) {
    const data = await tensor.read();
    const bytes = tensorBytes(tensor);
    if (data.length !== bytes) {
      throw new ResNetError(
        'shape-mismatch',
        `Tensor ${tensor.name} [${tensor.shape.join(', ')}] of ${tensor.dtype} has ${bytes} bytes, but got ${data.length}.`,
        { name: tensor.name },
      );
    }
    yield { name: `${folder}/data/${key}`, data };
  }
  yield { name: `${folder}/version`, data: text.encode('3\n') };
}

/** The pickle (protocol 2) of an OrderedDict of the tensors: what each is, and the key of its storage. */
function pickleOf(tensors: readonly TensorToWrite[]): Uint8Array {
  const names = new Set<string>();
  const items = tensors.flatMap((tensor, key) => {
    if (names.has(tensor.name)) {
      throw new ResNetError('bad-option', `Two tensors have the name ${tensor.name}.`, { name: tensor.name });
    }
    names.add(tensor.name);
    return [string(tensor.name), tensorOf(tensor, String(key))];
  });
  return joinedBytes([Uint8Array.of(0x80, 2), orderedDict, opcode('('), ...items, opcode('u.')]);
}

function tensorOf({ name, dtype, shape }: TensorToWrite, key: string): Uint8Array {
  const storage = storageName(dtype);
  if (storage === undefined) {
    throw new ResNetError('bad-option', `Tensor ${name} is of type ${dtype}, which PyTorch 1.6 can't read.`, {
      name,
      dtype,
    });
  }
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  return joinedBytes([
    ...[global('torch._utils', '_rebuild_tensor_v2'), opcode('((')],
    ...[
      string('storage'),
      global('torch', storage),
      string(key),
      string('cpu'),
      integer(elements(shape)),
      opcode('tQ'),
    ],
    // Offset, sizes, strides; no gradient, no hooks.
    ...[integer(0), tuple(shape), tuple(strides), Uint8Array.of(0x89), orderedDict, opcode('tR')],
  ]);
}

function opcode(codes: string): Uint8Array {
  return new TextEncoder().encode(codes);
}

function global(module: string, name: string): Uint8Array {
  return opcode(`c${module}\n${name}\n`);
}

const orderedDict = joinedBytes([global('collections', 'OrderedDict'), opcode(')R')]);

function tuple(sizes: readonly number[]): Uint8Array {
  return joinedBytes([opcode('('), ...sizes.map(integer), opcode('t')]);
}

function string(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const header = new Uint8Array(5);
  header[0] = 'X'.charCodeAt(0);
  new DataView(header.buffer).setUint32(1, bytes.length, true);
  return joinedBytes([header, bytes]);
}

/** A whole number from 0 to 2⁵³ − 1. */
function integer(value: number): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  if (value < 2 ** 31) {
    view.setUint8(0, 'J'.charCodeAt(0));
    view.setInt32(1, value, true);
    return bytes.subarray(0, 5);
  }
  view.setUint16(0, 0x8a08); // LONG1, of 8 bytes
  view.setBigInt64(2, BigInt(value), true);
  return bytes;
}
