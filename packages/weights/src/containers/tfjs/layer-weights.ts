import { badFile, quote } from '../../bad-file.js';
import type { KerasLayer } from '../keras/keras-file.js';
import { configuredLayers, layerKeys } from '../keras/model-layers.js';

/** Names of variables in Keras's order. */
const roles = ['kernel', 'depthwise_kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'];
/** Models within models are read no deeper. */
const maxDepth = 32;

/**
 * The layers that have the weights of a manifest, `conv1/kernel`: each under its name in the configuration, with those of the
 * models around it before. tfjs-layers and the converter name a weight by its layer alone, or with its models; of Keras 3's
 * files the converter takes the places, `layers/conv2d_1/vars/0`. Throws `bad-file` for names that several layers have.
 */
export function layersOf(weights: readonly string[], config: unknown): readonly KerasLayer[] {
  const places = placesOf(config);
  const owners = new Map<string, { role: string; weight: string }[]>();
  for (const weight of weights) {
    const { owner, role } = splitName(weight);
    const place = places.get(owner);
    if (place === null) {
      throw badFile(
        `${quote(weight)} may be of several layers: models within the model have layers of one name.`,
        {
          name: weight,
        },
      );
    }
    const name = place ?? owner;
    const own = owners.get(name) ?? [];
    own.push({ role, weight });
    owners.set(name, own);
  }
  return [...owners].map(([name, own]) => ({
    name,
    variables: own.sort((a, b) => placeOf(a.role) - placeOf(b.role)).map(({ weight }) => weight),
  }));
}

/** By what a weight's owner may be called, the layer's name; null where several may be meant. */
function placesOf(config: unknown): ReadonlyMap<string, string | null> {
  const places = new Map<string, string | null>();
  const found: { name: string; key: string; depth: number; model: unknown }[] = [];
  const rest = [{ name: '', key: '', depth: 0, model: config }];
  for (let outer = rest.pop(); outer !== undefined; outer = rest.pop()) {
    if (outer.depth > maxDepth) throw badFile(`The file's models are nested more than ${maxDepth} deep.`);
    const layers = configuredLayers(outer.model);
    const keys = layerKeys(layers.map(({ className }) => className));
    for (const [index, layer] of layers.entries()) {
      const before = outer.name === '' ? '' : `${outer.name}/`;
      const own = { name: before + layer.name, key: `${outer.key}/${keys[index]}`, depth: outer.depth + 1 };
      (layer.model === undefined ? found : rest).push({ ...own, model: layer.model });
    }
  }
  for (const { name, key } of found) places.set(key, name);
  for (const { name } of found) places.set(name, name);
  // What a name leaves out of the models around: `conv1` for `outer/inner/conv1`.
  const full = new Set(found.map(({ name }) => name));
  for (const { name } of found) {
    const parts = name.split('/');
    for (let from = 1; from < parts.length; from++) {
      const short = parts.slice(from).join('/');
      if (!full.has(short)) places.set(short, places.has(short) ? null : name);
    }
  }
  return places;
}

/** `conv1/kernel`; of Keras 3's files `layers/functional/layers/conv2d_1/vars/0`, whose owner is `/functional/conv2d_1`. */
function splitName(weight: string): { owner: string; role: string } {
  const parts = weight.split('/');
  const role = parts.pop() as string;
  if (parts.at(-1) !== 'vars') return { owner: parts.join('/'), role };
  const keys = parts.slice(0, -1).filter((part) => !/^(layers|_layer_checkpoint_dependencies)$/.test(part));
  return { owner: ['', ...keys].join('/'), role };
}

function placeOf(role: string): number {
  const place = roles.indexOf(role);
  return place === -1 ? Number(role) || 0 : place;
}
