// Version 2 of the format has the L2 penalties in the network, and a recipe's settings in three arrangements.

import { each, isRecord, type Json, type Upgrade, within } from './json.js';

/** From the JSON of a file's metadata in version 2 to that of version 3. */
export const fromVersion2: Upgrade = (json) => {
  if (!isRecord(json)) return json;
  const groups = groupsOf(json.network);
  return within({ network, progress: progress(groups), training: training(groups) })(json);
};

const without =
  (key: string): Upgrade =>
  (json) => {
    if (!isRecord(json)) return json;
    const { [key]: _, ...rest } = json;
    return rest;
  };

const paths = ['preact', 'branch', 'shortcut', 'postact'];
const ops = each(without('l2'));
const block = within(Object.fromEntries(paths.map((path) => [path, ops])));
const network = within({ stem: ops, stages: each(each(block)), head: ops });

const progress =
  (groups: readonly object[]): Upgrade =>
  (json) => {
    if (!isRecord(json) || !isRecord(json.recipe)) return json;
    const { data, validation, ...recipe } = json.recipe;
    const images = isRecord(data) ? Number(data.images) : 0;
    const position = Math.min(Number(json.step) * Number(recipe.batchSize), images);
    return { ...json, position, recipe: { ...recipe, groups }, data, validation };
  };

const training =
  (groups: readonly object[]): Upgrade =>
  (json) => {
    if (!isRecord(json) || !isRecord(json.epochs)) return json;
    const { schedule = 'constant', statistics, optimizer, batchSize, seed, epochs, ...rest } = json;
    const { planned, begun } = epochs as Json;
    const settings = { epochs: planned, batchSize, seed, schedule, statistics, optimizer };
    return { ...rest, recipe: { ...settings, statisticsBatches: 40, groups }, epochs: begun };
  };

/** The parameter groups that give the same penalties: one group if all convolutions have the same, else one for each layer. */
function groupsOf(network: unknown): readonly object[] {
  const layers = layersOf(network);
  const penalized = layers.filter(({ l2 }) => typeof l2 === 'number' && l2 > 0);
  const l2 = penalized[0]?.l2;
  if (l2 === undefined) return [];
  if (layers.every((layer) => layer.l2 === (layer.op === 'conv' ? l2 : 0))) {
    return [{ match: { op: 'conv', role: 'kernel' }, l2 }];
  }
  return penalized.map(({ site, l2 }) => ({ match: { id: `${site}.kernel` }, l2 }));
}

interface Layer {
  readonly site: string;
  readonly op: unknown;
  readonly l2: unknown;
}

const listOf = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : []);

/** The layers that may have a penalty. */
function layersOf(network: unknown): readonly Layer[] {
  if (!isRecord(network)) return [];
  const layers = (list: unknown, at: string) =>
    listOf(list).flatMap((op, index): readonly Layer[] =>
      isRecord(op) && 'l2' in op ? [{ site: `${at}.${index}`, op: op.op, l2: op.l2 }] : [],
    );
  const stages = listOf(network.stages).flatMap((blocks, stage) =>
    listOf(blocks).flatMap((block, index) =>
      paths.flatMap((path) =>
        isRecord(block) ? layers(block[path], `stage${stage}.block${index}.${path}`) : [],
      ),
    ),
  );
  return [...layers(network.stem, 'stem'), ...stages, ...layers(network.head, 'head')];
}
