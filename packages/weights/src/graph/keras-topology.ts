import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { badFile, quote } from '../bad-file.js';
import { maxNameLength } from '../model-file/network-schema.js';
import { type KerasLayerKind, readKerasLayer } from './keras-layers.js';
import { noPlace } from './merges.js';

/** Limits far above every network that can be trained. */
const max = { layers: 10_000, depth: 8 };

/** A layer of a model, whose inner models are inlined. */
export interface KerasLayer {
  /** With those of the models around it before: `resnet/conv1`. */
  readonly name: string;
  readonly className: string;
  readonly does: KerasLayerKind;
  /** The names of the layers whose results it takes. */
  readonly inputs: readonly string[];
}

/** A model's layers. */
export interface KerasTopology {
  readonly name: string;
  /** In an order of computation, and of the file as far as that is one. */
  readonly layers: readonly KerasLayer[];
  /** The layer whose result is the model's. */
  readonly output: string;
  /** How many layers have settings that matter in training only, by setting. */
  readonly ignored: ReadonlyMap<string, number>;
}

const name = z.string().check(z.minLength(1), z.maxLength(maxNameLength));
const settings = z.record(z.string(), z.unknown());
const layerSchema = z.object({
  class_name: name,
  module: z.exactOptional(z.nullable(z.string())),
  name: z.exactOptional(name),
  config: z.union([settings, z.array(z.unknown())]),
  inbound_nodes: z.exactOptional(z.array(z.unknown())),
});
const layers = z.array(layerSchema).check(z.maxLength(max.layers));
const functional = z.object({
  name,
  layers,
  input_layers: z.optional(z.unknown()),
  output_layers: z.optional(z.unknown()),
});
const sequential = z.object({
  name: z._default(name, 'sequential'),
  layers,
  build_input_shape: z.exactOptional(z.unknown()),
});
const models: readonly string[] = ['Functional', 'Model', 'Sequential'];

type SerializedLayer = z.output<typeof layerSchema>;

/**
 * The layers of a Keras model's configuration: functional or sequential, of Keras 2 or 3, with those of inner models. Throws
 * `bad-file`, naming the first layer that a residual network doesn't have.
 */
export function kerasTopology(config: unknown): KerasTopology {
  const root = safeParse(layerSchema, config);
  if (!root.success || !models.includes(root.data.class_name)) {
    throw badFile(
      'The file holds no configuration of a functional or sequential Keras model. Save the whole model (model.save) with Keras.',
      {},
      root.error,
    );
  }
  const reading: Reading = { layers: new Map(), aliases: new Map(), ignored: new Map(), count: 0 };
  const { name, output } = readModel(root.data, reading, { prefix: '', depth: 0, input: null });
  const resolved = [...reading.layers.values()].map((layer) => ({
    ...layer,
    inputs: layer.inputs.map((each) => resolve(reading, each, layer.name)),
  }));
  return {
    name,
    layers: inOrder(resolved),
    output: resolve(reading, output, output),
    ignored: reading.ignored,
  };
}

interface Reading {
  readonly layers: Map<string, KerasLayer>;
  /** Inner models and their inputs, by name: the layer whose result theirs is. */
  readonly aliases: Map<string, string>;
  readonly ignored: Map<string, number>;
  count: number;
}

interface Place {
  /** The names of the models around, `outer/`. */
  readonly prefix: string;
  readonly depth: number;
  /** The layer whose result an inner model takes; null for the outermost. */
  readonly input: string | null;
}

/** Reads a model's layers; returns its name, and that of the layer whose result is the model's. */
function readModel(model: SerializedLayer, reading: Reading, place: Place): { name: string; output: string } {
  const around = { name: place.prefix.slice(0, -1) || model.class_name };
  if (place.depth > max.depth) throw noPlace(around, `models are nested more than ${max.depth} deep`);
  if (model.class_name === 'Sequential') return readSequential(model, reading, place);
  const parsed = safeParse(functional, model.config);
  if (!parsed.success) throw invalid(around, parsed.error);
  const { name, layers, input_layers, output_layers } = parsed.data;
  for (const layer of layers) {
    const own = fullName(layer, place);
    const inputs = inputsOf(layer, own).map((each) => place.prefix + each);
    addLayer(layer, own, inputs, reading, place);
  }
  single(references(input_layers), 'input', place);
  return { name, output: place.prefix + single(references(output_layers), 'output', place) };
}

function readSequential(model: SerializedLayer, reading: Reading, place: Place) {
  const wrapped = Array.isArray(model.config) ? { layers: model.config } : model.config; // a list before Keras 2.2.3
  const parsed = safeParse(sequential, wrapped);
  const around = { name: place.prefix.slice(0, -1) || model.class_name };
  if (!parsed.success) throw invalid(around, parsed.error);
  const { name, layers, build_input_shape } = parsed.data;
  let last = place.input;
  const [first] = layers;
  if (first !== undefined && last === null && first.class_name !== 'InputLayer') {
    const config = Array.isArray(first.config) ? {} : first.config;
    last = `${name}_input`;
    const batch_shape = config.batch_input_shape ?? build_input_shape;
    addLayer({ class_name: 'InputLayer', config: { batch_shape } }, last, [], reading, place);
  }
  for (const layer of layers) {
    const own = fullName(layer, place);
    addLayer(layer, own, last === null ? [] : [last], reading, place);
    last = own;
  }
  if (last === null) throw noPlace(around, 'it has no layers');
  return { name, output: last };
}

/** Adds a layer, or an inner model's. */
function addLayer(
  layer: SerializedLayer,
  name: string,
  inputs: readonly string[],
  reading: Reading,
  place: Place,
): void {
  if (++reading.count > max.layers) throw badFile(`The file's model has more than ${max.layers} layers.`);
  if (reading.layers.has(name) || reading.aliases.has(name)) {
    throw noPlace({ name }, 'another layer has the same name');
  }
  const { class_name: className, module, config } = layer;
  if (typeof module === 'string' && !/^keras(\.|$)/.test(module)) {
    throw noPlace({ name }, `its class ${quote(className)} is ${quote(module)}'s, and not Keras's`);
  }
  if (models.includes(className)) {
    const [input, ...others] = inputs;
    if (input === undefined || others.length > 0)
      throw noPlace({ name }, `it is a model with ${inputs.length} inputs`);
    reading.aliases.set(name, input); // while it is read, no other layer may have its name
    const inner = { prefix: `${name}/`, depth: place.depth + 1, input };
    reading.aliases.set(name, readModel(layer, reading, inner).output);
    return;
  }
  if (className === 'InputLayer' && place.input !== null) {
    reading.aliases.set(name, place.input);
    return;
  }
  if (Array.isArray(config)) throw noPlace({ name }, 'its settings are a list');
  const does = readKerasLayer({ name, className, config }, reading.ignored);
  reading.layers.set(name, { name, className, does, inputs });
}

function fullName(layer: SerializedLayer, { prefix }: Place): string {
  const own = layer.name ?? (Array.isArray(layer.config) ? undefined : layer.config.name);
  if (!name.safeParse(own).success) {
    throw noPlace(
      { name: prefix || layer.class_name },
      `a layer of class ${quote(layer.class_name)} has no name`,
    );
  }
  return `${prefix}${own}`;
}

const kerasTensor = z.object({
  class_name: z.literal('__keras_tensor__'),
  config: z.object({ keras_history: z.tuple([name, z.int(), z.int()]) }),
});
const call = z.object({ args: z.array(z.unknown()), kwargs: z._default(settings, {}) });
/** [layer, node, tensor], in Keras 2 with arguments. The node is its only one, whichever number the file gives it. */
const reference = z.tuple([name, z.int(), z.int()], z.unknown());

/** The names of the layers whose results a layer of a functional model takes. */
function inputsOf({ inbound_nodes: calls = [] }: SerializedLayer, own: string): readonly string[] {
  const wrong = (why: string) => noPlace({ name: own }, why);
  if (calls.length > 1) throw wrong(`it is shared: the model uses it ${calls.length} times`);
  const [only] = calls;
  if (only === undefined) return [];
  const modern = safeParse(call, only).data;
  const values = modern === undefined ? only : modern.args.length === 1 ? modern.args[0] : undefined;
  const inputs = Array.isArray(values) ? values : [values];
  return inputs.slice(0, max.layers).map((each) => {
    const tensor = safeParse(kerasTensor, each).data;
    const found = tensor?.config.keras_history ?? safeParse(reference, each).data;
    const keywords = modern?.kwargs ?? safeParse(settings, found?.[3] ?? {}).data;
    if (found === undefined || keywords === undefined)
      throw wrong('it is called with something else than results of layers');
    const keyword = Object.keys(keywords).find((key) => key !== 'training' && keywords[key] !== null);
    if (keyword !== undefined) throw wrong(`it is called with ${quote(keyword)}`);
    if (found[2] !== 0) throw wrong(`it takes the second result of ${quote(found[0])}`);
    return found[0];
  });
}

/** The layers that a model names as its inputs or outputs: one, a list, or an object of them. */
function references(value: unknown): readonly string[] {
  const one = safeParse(reference, value).data;
  if (one !== undefined) return [one[0]];
  const several = typeof value === 'object' && value !== null ? Object.values(value).slice(0, 3) : [];
  return several.flatMap((each) => safeParse(reference, each).data?.[0] ?? []);
}

function single([first, second]: readonly string[], what: string, { prefix }: Place): string {
  if (first === undefined) throw badFile(`The file's model names no ${what} layer.`);
  if (second !== undefined) throw noPlace({ name: prefix + second }, `it is a second ${what}`);
  return first;
}

/** The layer whose result a name stands for, through inner models. */
function resolve({ layers, aliases }: Reading, name: string, taker: string): string {
  let at = name;
  for (let steps = 0; steps <= aliases.size; steps++) {
    if (layers.has(at)) return at;
    const next = aliases.get(at);
    if (next === undefined) {
      throw noPlace({ name: taker }, `it takes the result of ${quote(at)}, which the file doesn't have`);
    }
    at = next;
  }
  throw noPlace({ name: taker }, 'it takes its own result');
}

/** The layers in an order of computation, the first in the file first. */
function inOrder(layers: readonly KerasLayer[]): readonly KerasLayer[] {
  const places = new Map(layers.map(({ name }, place) => [name, place]));
  const takers = layers.map((): number[] => []);
  const missing = layers.map(({ inputs }, place) => {
    for (const input of inputs) takers[places.get(input) as number]?.push(place);
    return inputs.length;
  });
  const ready = layers.flatMap((_, place) => (missing[place] === 0 ? [place] : [])).reverse();
  const ordered: KerasLayer[] = [];
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    ordered.push(layers[place] as KerasLayer);
    for (const taker of takers[place] ?? []) {
      missing[taker] = (missing[taker] as number) - 1;
      if (missing[taker] === 0) ready.splice(ready.findLastIndex((each) => each > taker) + 1, 0, taker);
    }
  }
  const stuck = layers.find((_, place) => (missing[place] as number) > 0);
  if (stuck !== undefined) throw noPlace(stuck, 'it takes, through other layers, its own result');
  return ordered;
}

function invalid(model: { readonly name: string }, error: z.core.$ZodError) {
  const issue = error.issues[0];
  return noPlace(model, `its configuration is not valid at ${issue?.path.join('.')}: ${issue?.message}`);
}
