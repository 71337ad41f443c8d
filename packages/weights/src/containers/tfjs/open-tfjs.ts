import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { type Dtype, dtypeBytes, elements, type TensorContainer, type TensorInfo } from '../container.js';
import type { KerasLayer } from '../keras/keras-file.js';
import { layersOf } from './layer-weights.js';
import { type ListedWeight, readModelJson, type WeightGroup } from './model-json.js';
import { joinedSource } from './shards.js';

/** A layers model of TensorFlow.js, opened: `model.json` and its shards. */
export interface TfjsFile extends TensorContainer {
  /** The model's configuration, as Keras has it; null for weights alone. */
  readonly config: unknown;
  /** The layers, those of a model within the model as `outer/inner`, in the order of the manifest. */
  readonly layers: readonly KerasLayer[];
  /** How many variables of an optimizer were left out. */
  readonly leftOut: number;
  /** The names of the shards. */
  readonly shards: readonly string[];
  /** The size of all files. */
  readonly bytes: number;
}

/** A tensor's place in the files. */
interface StoredWeight extends TensorInfo {
  readonly weight: ListedWeight;
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/**
 * Opens a layers model of TensorFlow.js by its `model.json`, as tfjs-layers saves one, and the converter makes one of a Keras
 * model. Tensors are named as there; each is read when it is asked for, quantized ones as the float32 or int32 that they stand for.
 * Throws `bad-file`.
 *
 * @param source that can open the files beside it
 *
 * @example
 * ```ts
 * const { layers, read } = await openTfjs(await fileSource('web_model/model.json'));
 * const kernel = await read('conv1/kernel');
 * ```
 */
export async function openTfjs(source: ByteSource): Promise<TfjsFile> {
  const { config, groups, metadata } = await readModelJson(source);
  const shards = [...new Set(groups.flatMap((group) => group.shards))];
  const weights = groups.flatMap((group) => group.weights);
  const stored = new Map<string, StoredWeight>();
  let bytes = source.size;
  for (const group of groups) {
    const joined = await joinedSource(group.shards, (name) => shardBeside(source, name, shards));
    bytes += joined.size;
    for (const each of placed(group, joined)) stored.set(each.weight.name, each);
  }
  const own = weights.filter(({ group }) => group !== 'optimizer').map(({ name }) => name);
  return {
    ...{ config, metadata, shards, bytes, layers: layersOf(own, config) },
    leftOut: weights.length - own.length,
    tensors: new Map(own.map((name) => [name, infoOf(stored.get(name) as StoredWeight)])),
    async read(name) {
      const found = stored.get(name);
      if (found !== undefined) return valuesOf(found);
      throw new ResNetError('unknown-name', `The file holds no tensor ${quote(name)}.`, { name });
    },
  };
}

async function shardBeside(source: ByteSource, name: string, shards: readonly string[]): Promise<ByteSource> {
  const [first, last] = [shards[0], shards.at(-1)];
  const files = shards.length < 3 ? shards.join(' and ') : `${first} to ${last}, ${shards.length} files,`;
  const where = `The weights of this model.json are in ${files} beside it.`;
  if (source.beside === undefined) throw badFile(`${where} Give all of them together.`, { files: shards });
  try {
    return await source.beside(name);
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'file-system') throw error;
    throw new ResNetError('file-system', `${where} ${error.message}`, error.details, { cause: error });
  }
}

const infoOf = ({ dtype, shape }: StoredWeight): TensorInfo => ({ dtype, shape });

/** Their names here. */
const dtypes = {
  ...{ float32: 'F32', float16: 'F16', int32: 'I32', uint8: 'U8', uint16: 'U16', bool: 'BOOL' },
} as const satisfies Record<string, Dtype>;

/** Where the tensors of a group are in its shards, of which they take every byte. */
function placed({ shards, weights }: WeightGroup, source: ByteSource): readonly StoredWeight[] {
  let end = 0;
  const found = weights.map((weight): StoredWeight => {
    const { name, shape, dtype, quantization } = weight;
    if (dtype === 'string' || dtype === 'complex64') {
      throw badFile(`${quote(name)} has values of type ${dtype}, which no layer of a network has.`, { name });
    }
    const asStored = quantization?.dtype ?? dtype;
    const count = elements(shape);
    const start = end;
    end += count * dtypeBytes[dtypes[asStored]];
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(end)) {
      throw badFile(`${quote(name)} has the shape [${shape.join(', ')}], larger than any file.`, { name });
    }
    return { weight, source, start, end, shape, dtype: readAs(weight, dtypes[dtype]) };
  });
  if (end !== source.size) {
    throw badFile(
      `The tensors that model.json lists take ${end} bytes, but ${shards.join(', ').slice(0, 200)} ${shards.length === 1 ? 'has' : 'have'} ${source.size}: a file is damaged, or another model's. Copy them again.`,
      { expected: end, found: source.size },
    );
  }
  return found;
}

/** The type in which a tensor's values are read: halves as they are, other quantized ones as what they stand for. */
function readAs({ name, dtype, quantization }: ListedWeight, own: Dtype): Dtype {
  if (quantization === undefined) return own;
  if (dtype === 'float32') return quantization.dtype === 'float16' ? 'F16' : 'F32';
  if (dtype === 'int32' && quantization.dtype !== 'float16') return 'I32';
  throw badFile(`${quote(name)} has values of type ${dtype}, quantized as ${quantization.dtype}.`, { name });
}

async function valuesOf({ weight, source, start, end, dtype }: StoredWeight) {
  const { quantization } = weight;
  const bytes = await source.read(start, end);
  if (quantization === undefined || quantization.dtype === 'float16') return bytes;
  const { scale, min } = quantization;
  const levels = quantization.dtype === 'uint8' ? bytes : littleEndian16(bytes);
  const values =
    dtype === 'I32'
      ? Int32Array.from(levels, (level) => Math.round(level * scale + min))
      : Float32Array.from(levels, (level) => level * scale + min);
  return new Uint8Array(values.buffer);
}

function littleEndian16(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from(
    { length: bytes.length / 2 },
    (_, index) => (bytes[2 * index] as number) | ((bytes[2 * index + 1] as number) << 8),
  );
}
