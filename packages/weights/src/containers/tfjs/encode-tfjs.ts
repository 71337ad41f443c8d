import { type FileToWrite, tensorBytes, type TensorToWrite } from '../container.js';
import type { KerasLayerToWrite } from '../keras/encode-keras.js';

/** A layers model to be written. */
export interface TfjsModelToWrite {
  /** The model's configuration, as tfjs-layers has it. */
  readonly config: unknown;
  /** What is said of the file, in its `userDefinedMetadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Variables are named as in the model, `conv1/kernel`; values are float32, or float16. */
  readonly layers: readonly KerasLayerToWrite[];
}

/** The files of a layers model. */
export interface EncodedTfjs {
  /** The bytes of `model.json`. */
  readonly parts: AsyncIterable<Uint8Array>;
  /** The shards beside it, to be written in their order: then each variable is asked for once. */
  readonly beside: readonly FileToWrite[];
}

/** The usual size of a shard, which browsers keep in their cache. */
const shardBytes = 2 ** 22;

/**
 * The files of a layers model, for `tf.loadLayersModel`. Values are asked for one variable at a time.
 *
 * @example
 * ```ts
 * const { parts, beside } = encodeTfjs({ config, metadata: {}, layers });
 * for (const { name, parts } of beside) await writeFile(join('web_model', name), parts); // of node:fs/promises
 * await writeFile('web_model/model.json', parts);
 * ```
 */
export function encodeTfjs({ config, metadata, layers }: TfjsModelToWrite): EncodedTfjs {
  const tensors = layers.flatMap(({ variables }) => variables);
  const beside = shardsOf(tensors);
  const json = {
    format: 'layers-model',
    generatedBy: 'ResNet.js',
    convertedBy: null,
    modelTopology: { keras_version: kerasVersion, backend: 'tensorflow', model_config: config },
    userDefinedMetadata: metadata,
    weightsManifest: [{ paths: beside.map(({ name }) => name), weights: tensors.map(listed) }],
  };
  return { parts: jsonParts(json), beside };
}

/** That of whose form the configuration is. */
const kerasVersion = '2.15.0';

async function* jsonParts(json: unknown) {
  yield new TextEncoder().encode(JSON.stringify(json));
}

function listed({ name, shape, dtype }: TensorToWrite) {
  const isHalf = dtype === 'F16';
  return {
    ...{ name, shape, dtype: 'float32' },
    ...(isHalf && { quantization: { dtype: 'float16', original_dtype: 'float32' } }),
  };
}

/** A tensor, and where its bytes are among those of all. */
interface PlacedTensor {
  readonly tensor: TensorToWrite;
  readonly start: number;
  readonly end: number;
}

function shardsOf(tensors: readonly TensorToWrite[]): readonly FileToWrite[] {
  let end = 0;
  const placed = tensors.map((tensor): PlacedTensor => {
    const start = end;
    end += tensorBytes(tensor);
    return { tensor, start, end };
  });
  const read = readingOnce();
  const count = Math.ceil(end / shardBytes);
  return Array.from({ length: count }, (_, index) => ({
    name: `group1-shard${index + 1}of${count}.bin`,
    parts: shard(placed, { from: index * shardBytes, to: (index + 1) * shardBytes, read }),
  }));
}

/** Reads a tensor that is in two shards once. */
function readingOnce(): (tensor: TensorToWrite) => Promise<Uint8Array> {
  let last: { readonly tensor: TensorToWrite; readonly bytes: Promise<Uint8Array> } | undefined;
  return (tensor) => {
    if (last?.tensor !== tensor) last = { tensor, bytes: tensor.read() };
    return last.bytes;
  };
}

async function* shard(
  placed: readonly PlacedTensor[],
  {
    from,
    to,
    read,
  }: { readonly from: number; readonly to: number; read(tensor: TensorToWrite): Promise<Uint8Array> },
): AsyncGenerator<Uint8Array> {
  for (const { tensor, start, end } of placed) {
    if (end <= from || start >= to) continue;
    const bytes = await read(tensor);
    yield bytes.subarray(Math.max(from - start, 0), Math.min(to, end) - start);
  }
}
