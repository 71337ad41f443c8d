import { badFile } from '../../bad-file.js';
import type { Hdf5File } from '../hdf5/open-hdf5.js';
import { addLayer, type LayerList, layerList } from './layer-list.js';
import { type ConfiguredLayer, configuredLayers, layerKeys } from './model-layers.js';

/** Where a model's layers are: in Keras 3's files, and in Keras 2.13's. */
export const layerGroups = ['layers', '_layer_checkpoint_dependencies'];
/** State of a model that isn't weights. */
const modelState = /^(vars|optimizer|.*metrics?|.*_tracker)$/;
/** State of random numbers, which layers have, too. */
const randomState = /seed_generator/;
const maxDepth = 32;

/** The layers of a `.weights.h5` file, with the configuration if there is one. Throws `bad-file`. */
export async function readStoredLayers(file: Hdf5File, config: unknown): Promise<LayerList> {
  const list = layerList();
  for (const [name, kind] of await file.group('')) {
    if (kind !== 'group') continue;
    if (layerGroups.includes(name)) await addLayers(list, file, { path: name, outer: '', model: config });
    else if (modelState.test(name) || randomState.test(name))
      list.leftOut += await countDatasets(list, file, name);
    else await addStored(list, file, { path: name, name, model: undefined, isListed: false });
  }
  return list;
}

/** Adds the layers in a group, in the configuration's order, or else by their keys. */
async function addLayers(
  list: LayerList,
  file: Hdf5File,
  { path, outer, model }: { readonly path: string; readonly outer: string; readonly model: unknown },
): Promise<void> {
  const configured = configuredLayers(model);
  const byKey = new Map<string, ConfiguredLayer>();
  for (const [index, key] of layerKeys(configured.map(({ className }) => className)).entries())
    byKey.set(key, configured[index] as ConfiguredLayer);
  const order = new Map(configured.map(({ name }, index) => [name, index]));
  const stored: { key: string; name: string }[] = [];
  for (const [key, kind] of await file.group(path)) {
    list.visit();
    if (kind === 'group')
      stored.push({ key, name: (await givenName(file, `${path}/${key}`)) ?? byKey.get(key)?.name ?? key });
  }
  const last = configured.length;
  stored.sort((a, b) => (order.get(a.name) ?? last) - (order.get(b.name) ?? last) || byNumber(a.key, b.key));
  for (const { key, name } of stored) {
    const inner = configured[order.get(name) ?? -1]?.model;
    await addStored(list, file, { path: `${path}/${key}`, name: outer + name, model: inner, isListed: true });
  }
}

/** The layer's own name, which newer versions of Keras 3 write beside its variables. */
async function givenName(file: Hdf5File, path: string): Promise<string | undefined> {
  if ((await file.kind(`${path}/vars`)) !== 'group') return undefined;
  const name = (await file.attributes(`${path}/vars`)).get('name');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

interface StoredLayer {
  readonly path: string;
  readonly name: string;
  readonly model: unknown;
  /** Whether it is one of a model's layers, which are there without variables, too. */
  readonly isListed: boolean;
}

/** Adds a layer and what it holds: a model's layers, and layers that are attributes of it. */
async function addStored(
  list: LayerList,
  file: Hdf5File,
  { path, name, model, isListed }: StoredLayer,
): Promise<void> {
  list.visit();
  checkDepth(path);
  const members = await file.group(path);
  const isModel = layerGroups.some((group) => members.has(group));
  const stored = members.get('vars') === 'group' ? [...(await file.group(`${path}/vars`)).keys()] : [];
  const variables = stored
    .sort(byNumber)
    .map((variable) => ({ name: `${name}/${variable}`, path: `${path}/vars/${variable}` }));
  if (variables.length > 0 || (isListed && !isModel)) await addLayer(list, file, name, variables);
  for (const [member, kind] of members) {
    const inner = `${path}/${member}`;
    if (kind !== 'group' || member === 'vars') continue;
    if (layerGroups.includes(member)) await addLayers(list, file, { path: inner, outer: `${name}/`, model });
    else if (randomState.test(member)) list.leftOut += await countDatasets(list, file, inner);
    else {
      const innerName = `${name}/${(await givenName(file, inner)) ?? member}`;
      await addStored(list, file, { path: inner, name: innerName, model: undefined, isListed: false });
    }
  }
}

function checkDepth(path: string): void {
  if (path.split('/').length > maxDepth) throw badFile(`The file's groups are more than ${maxDepth} deep.`);
}

async function countDatasets(list: LayerList, file: Hdf5File, path: string): Promise<number> {
  list.visit();
  checkDepth(path);
  let count = 0;
  for (const [name, kind] of await file.group(path)) {
    if (kind === 'dataset') count++;
    else if (kind === 'group') count += await countDatasets(list, file, `${path}/${name}`);
  }
  return count;
}

/** `conv2d`, `conv2d_2`, `conv2d_10`: by the name, and then by the number at its end. */
function byNumber(a: string, b: string): number {
  const [nameA, numberA] = splitNumber(a);
  const [nameB, numberB] = splitNumber(b);
  return nameA === nameB ? numberA - numberB : nameA < nameB ? -1 : 1;
}

function splitNumber(key: string): [name: string, number: number] {
  const digits = /_?(\d+)$/.exec(key);
  return digits === null ? [key, -1] : [key.slice(0, digits.index), Number(digits[1])];
}
