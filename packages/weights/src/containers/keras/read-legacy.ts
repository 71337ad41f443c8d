import { badFile, quote } from '../../bad-file.js';
import type { AttributeValue } from '../hdf5/attributes.js';
import type { Hdf5File } from '../hdf5/open-hdf5.js';
import { addLayer, type LayerList, layerList } from './layer-list.js';
import { configuredLayers } from './model-layers.js';

/** Variables of the model itself, beside its layers. */
const modelWeights = 'top_level_model_weights';

/** The texts of a list that may be spread over attributes `name0`, `name1`, …; undefined where there is none. */
export function textList(
  attributes: ReadonlyMap<string, AttributeValue>,
  name: string,
): readonly string[] | undefined {
  const whole = attributes.get(name);
  if (whole !== undefined) return textsOf(whole, name);
  const parts: string[] = [];
  for (let part = 0; attributes.has(`${name}${part}`); part++)
    for (const text of textsOf(attributes.get(`${name}${part}`) ?? null, name)) parts.push(text);
  return attributes.has(`${name}0`) ? parts : undefined;
}

function textsOf(value: AttributeValue, name: string): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw badFile(`The attribute ${name} should be a list of names. Save the model again.`);
}

/** The layers of a file as Keras 2 wrote them, in a group that lists them. Throws `bad-file`. */
export async function readLegacyLayers(file: Hdf5File, group: string, config: unknown): Promise<LayerList> {
  const list = layerList();
  const models = new Set(
    configuredLayers(config).flatMap(({ name, model }) => (model === undefined ? [] : [name])),
  );
  const names = textList(await file.attributes(group), 'layer_names') ?? [];
  if (new Set(names).size < names.length)
    throw badFile('The file lists a layer twice. Save the model again.');
  for (const name of names) {
    list.visit();
    await addLegacyLayer(list, file, { name, path: `${group}/${name}`, isModel: models.has(name) });
  }
  if ((await file.kind(`${group}/${modelWeights}`)) === 'group')
    list.leftOut += (await weightNames(file, `${group}/${modelWeights}`)).length;
  if (group !== '' && (await file.kind('optimizer_weights')) === 'group')
    list.leftOut += (await weightNames(file, 'optimizer_weights')).length;
  return list;
}

async function weightNames(file: Hdf5File, path: string): Promise<readonly string[]> {
  if ((await file.kind(path)) !== 'group')
    throw badFile(`The file lists ${quote(path)}, but has no such group. Save the model again.`);
  const names = textList(await file.attributes(path), 'weight_names') ?? [];
  if (new Set(names).size < names.length)
    throw badFile('The file lists a weight twice. Save the model again.');
  return names;
}

/** Adds a layer, or the layers of a model that is one: those whose weights are listed by names of their own. */
async function addLegacyLayer(
  list: LayerList,
  file: Hdf5File,
  { name, path, isModel }: { readonly name: string; readonly path: string; readonly isModel: boolean },
): Promise<void> {
  const owners = new Map<string, { role: string; path: string }[]>();
  for (const weight of await weightNames(file, path)) {
    const parts = weight.replace(/:0$/, '').split('/');
    const role = parts.pop() as string;
    const owner = (parts[0] === name ? parts.slice(1) : parts).join('/');
    const weights = owners.get(owner) ?? [];
    weights.push({ role, path: `${path}/${weight}` });
    owners.set(owner, weights);
  }
  if (owners.size === 0) owners.set('', []);
  for (const [owner, weights] of owners) {
    const full = owner === '' || (owners.size === 1 && !isModel) ? name : `${name}/${owner}`;
    const variables = weights.map((weight) => ({ name: `${full}/${weight.role}`, path: weight.path }));
    await addLayer(list, file, full, variables);
  }
}
