import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import type { KerasFile } from '../containers/keras/keras-file.js';
import type { OnnxFile } from '../containers/onnx/onnx-file.js';
import { openPytorch } from '../containers/pytorch/open-pytorch.js';
import type { PytorchFile } from '../containers/pytorch/pytorch-file.js';
import { openSafetensors, type SafetensorsFile } from '../containers/safetensors.js';
import type { TfjsFile } from '../containers/tfjs/open-tfjs.js';
import { openZip } from '../containers/zip.js';
import { checkpointKey, metadataKeys } from '../model-file/format.js';

/** A file of weights as its format has it: tensors by name, of no network yet. */
export type OpenedContainer =
  | { readonly container: 'resnetjs' | 'safetensors'; readonly file: SafetensorsFile }
  | { readonly container: 'pytorch' | 'pytorch-legacy'; readonly file: PytorchFile }
  | { readonly container: 'keras' | 'keras-weights' | 'keras-h5'; readonly file: KerasFile }
  | { readonly container: 'tfjs'; readonly file: TfjsFile }
  | { readonly container: 'onnx'; readonly file: OnnxFile };

/**
 * Opens a file of weights of any format that is read, by its first bytes, not by its name. Where formats hold a graph, the code that
 * reads them is loaded when such a file comes: a page that has none is spared it. Throws `bad-file`.
 *
 * @example
 * ```ts
 * const { container, file } = await openContainer(byteSource(blob));
 * for (const [name, { dtype, shape }] of file.tensors) console.log(name, dtype, shape);
 * ```
 */
export async function openContainer(source: ByteSource): Promise<OpenedContainer> {
  const format = await identify(source);
  switch (format) {
    case 'safetensors': {
      const file = await openSafetensors(source);
      return { container: isOwn(file) ? 'resnetjs' : 'safetensors', file };
    }
    case 'pytorch': {
      const file = await openPytorch(source);
      return { container: file.format === 'zip' ? 'pytorch' : 'pytorch-legacy', file };
    }
    case 'keras': {
      const { openKeras } = await import('../containers/keras/open-keras.js');
      const file = await openKeras(source);
      return { container: kerasContainers[file.kind], file };
    }
    case 'tfjs': {
      const { openTfjs } = await import('../containers/tfjs/open-tfjs.js');
      return { container: 'tfjs', file: await openTfjs(source) };
    }
    case 'onnx': {
      const { openOnnx } = await import('../containers/onnx/open-onnx.js');
      return { container: 'onnx', file: await openOnnx(source) };
    }
    default:
      return format satisfies never;
  }
}

const kerasContainers = {
  'legacy-weights': 'keras-h5',
  'legacy-model': 'keras-h5',
  weights: 'keras-weights',
  keras: 'keras',
} as const satisfies Record<KerasFile['kind'], string>;

/** Whether a safetensors file is one of ours: a model, or a checkpoint. */
function isOwn({ metadata }: SafetensorsFile): boolean {
  return metadata.has(metadataKeys.version) || metadata.has(checkpointKey);
}

const hdf5Mark = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // \x89HDF\r\n\x1a\n
/** HDF5 lets a block of another's bytes come first, of a size that doubles from 512 on. */
const maxUserBlock = 2 ** 20;

/** The format of a file, by its first bytes, and a zip archive's by the names in it. Throws `bad-file`. */
async function identify(source: ByteSource): Promise<'safetensors' | 'pytorch' | 'keras' | 'tfjs' | 'onnx'> {
  const start = await source.read(0, Math.min(source.size, 265));
  if (start.length === 0) throw badFile('The file is empty.');
  if (startsWith(start, hdf5Mark)) return 'keras';
  if (startsWith(start, [0x50, 0x4b, 0x03, 0x04])) {
    const { entries } = await openZip(source);
    return entries.has('model.weights.h5') || entries.has('config.json') ? 'keras' : 'pytorch';
  }
  if (isJson(start)) return 'tfjs';
  if (start[8] === 0x7b) return 'safetensors'; // its header's length, and a brace
  const isPickle = start[0] === 0x80 && (start[1] as number) <= 5;
  const isTar = String.fromCharCode(...start.subarray(257, 262)) === 'ustar';
  if (isPickle || isTar) return 'pytorch';
  if (startsAsOnnx(start)) return 'onnx';
  for (let at = 512; at <= maxUserBlock && at < source.size; at *= 2) {
    if (startsWith(await source.read(at, at + hdf5Mark.length), hdf5Mark)) return 'keras';
  }
  throw badFile(
    "The file's first bytes are those of no format that ResNet.js reads: safetensors, PyTorch's .pth, .pt, .bin or .th, Keras's .h5, .weights.h5 or .keras, TensorFlow.js's model.json, and ONNX.",
  );
}

/** Whether a file begins with a brace, after blanks alone. A safetensors header's length may have one, and has bytes of 0. */
function isJson(start: Uint8Array): boolean {
  return /^\s*\{/.test(new TextDecoder().decode(start)) && !start.subarray(0, 8).includes(0);
}

/** Protocol buffers have no mark: a version of the format, 3 or newer, and then a field that follows it. */
function startsAsOnnx([tag, version = 0, next = 0]: Uint8Array): boolean {
  return tag === 0x08 && version >= 3 && version < 128 && afterVersion.includes(next);
}

/** The tags of producer_name, producer_version, domain, model_version, doc_string, graph, opset_import and metadata_props. */
const afterVersion = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72];

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => byte === bytes[index]);
}
