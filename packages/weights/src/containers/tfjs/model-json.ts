import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { parseJson } from '../../parse-json.js';

/** Limits far above every network that can be trained. */
const max = { jsonBytes: 2 ** 24, weights: 100_000, shards: 4096, nameLength: 1024 };

const name = z.string().check(z.minLength(1), z.maxLength(max.nameLength));
const quantized = z.enum(['uint8', 'uint16']);

/** A tensor in the manifest. */
const weightSchema = z.object({
  name,
  shape: z.array(z.int().check(z.gte(0))).check(z.maxLength(8)),
  dtype: z.enum(['float32', 'float16', 'int32', 'uint8', 'uint16', 'bool', 'string', 'complex64']),
  /** `optimizer` for those of an optimizer. */
  group: z.exactOptional(z.string()),
  quantization: z.exactOptional(
    z.union([
      z.object({ dtype: z.literal('float16') }),
      z.object({ dtype: quantized, scale: z.number(), min: z.number() }),
    ]),
  ),
});

const groupSchema = z.object({
  paths: z.array(name).check(z.maxLength(max.shards)),
  weights: z.array(weightSchema).check(z.maxLength(max.weights)),
});

const text = z.optional(z.nullable(z.string()));
const modelSchema = z.object({
  format: text,
  generatedBy: text,
  convertedBy: text,
  modelTopology: z.optional(z.unknown()),
  userDefinedMetadata: z.optional(z.unknown()),
  weightsManifest: z.array(groupSchema).check(z.maxLength(max.weights)),
});

/** A tensor, as `model.json` lists it. */
export type ListedWeight = z.output<typeof weightSchema>;

/** Tensors whose values follow each other in one file, or in several. */
export interface WeightGroup {
  /** The names of files beside `model.json`. */
  readonly shards: readonly string[];
  readonly weights: readonly ListedWeight[];
}

/** What a `model.json` of a layers model says. */
export interface ModelJson {
  /** The model's configuration, as Keras has it; null for weights alone. */
  readonly config: unknown;
  readonly groups: readonly WeightGroup[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Reads the `model.json` of a layers model. Throws `bad-file`. */
export async function readModelJson(source: ByteSource): Promise<ModelJson> {
  const json = await parsed(source);
  if (!isObject(json) || !('modelTopology' in json || 'weightsManifest' in json)) {
    throw badFile(
      'The file is JSON, but no model.json of TensorFlow.js, which has a modelTopology and a weightsManifest. Give the file that has the weights.',
    );
  }
  const topology = json.modelTopology ?? null;
  if (json.format === 'graph-model' || (isObject(topology) && 'node' in topology)) {
    throw badFile(
      "The file is a graph model of TensorFlow.js, whose graph is TensorFlow's, and only layers models are read. Convert the Keras model again (tensorflowjs_converter --output_format tfjs_layers_model), or save it with Keras (model.save) and read that.",
    );
  }
  const result = safeParse(modelSchema, json);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw badFile(
      `The model.json is not valid at ${issue?.path.join('.')}: ${issue?.message}.`,
      {},
      result.error,
    );
  }
  const { weightsManifest: manifest, format, userDefinedMetadata, ...by } = result.data;
  if (typeof format === 'string' && format !== 'layers-model') {
    throw badFile(`The model.json is of the format ${quote(format)}; layers-model is read.`);
  }
  const groups = manifest.map(({ paths, weights }) => ({ shards: paths.map(shardName), weights }));
  checkCounts(groups);
  return {
    config: isObject(topology) && isObject(topology.model_config) ? topology.model_config : topology,
    groups,
    metadata: texts({ ...(isObject(userDefinedMetadata) ? userDefinedMetadata : {}), ...by }),
  };
}

async function parsed(source: ByteSource): Promise<unknown> {
  if (source.size > max.jsonBytes) {
    throw badFile(`The file is JSON of ${source.size} bytes; at most ${max.jsonBytes} are read.`);
  }
  const bytes = await source.read(0, source.size);
  try {
    return parseJson(new TextDecoder().decode(bytes)); // without a byte-order mark
  } catch (cause) {
    throw badFile(
      'The file begins like JSON, but is none: it is damaged, or another kind of file. Copy it again.',
      {},
      cause,
    );
  }
}

/** A shard's name, as that of a file in the same folder. */
function shardName(path: string): string {
  const name = path.replace(/^\.\//, '');
  if (/^\.*$|[/\\:\0]/.test(name)) {
    throw badFile(
      `The model.json has weights in ${quote(path)}, which is no file of its folder. Put the file beside it, and its name alone into weightsManifest.`,
      { path },
    );
  }
  return name;
}

function checkCounts(groups: readonly WeightGroup[]): void {
  const shards = groups.reduce((count, each) => count + each.shards.length, 0);
  if (shards > max.shards)
    throw badFile(`The model.json names ${shards} files; at most ${max.shards} are read.`);
  const names = new Set<string>();
  for (const { name } of groups.flatMap(({ weights }) => weights)) {
    if (names.has(name)) throw badFile(`The model.json lists ${quote(name)} twice.`, { name });
    if (names.size === max.weights) throw badFile(`The model.json lists more than ${max.weights} weights.`);
    names.add(name);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
