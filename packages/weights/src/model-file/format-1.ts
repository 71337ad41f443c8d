// Version 1 of the format has other names for some things. Each upgrade takes JSON that has not been checked yet and
// returns it with the names of version 2; it leaves what it doesn't know for the schema to reject.

import { renamedNetworks } from '@resnetjs/core';
import { maxNameLength } from './network-schema.js';

type Json = Readonly<Record<string, unknown>>;
type Upgrade = (json: unknown) => unknown;

const isRecord = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Upgrades some values of an object. */
const within =
  (upgrades: Readonly<Record<string, Upgrade>>): Upgrade =>
  (json) =>
    isRecord(json)
      ? Object.fromEntries(
          Object.entries(json).map(([key, value]) => [
            key,
            Object.hasOwn(upgrades, key) ? (upgrades[key] as Upgrade)(value) : value,
          ]),
        )
      : json;

/** Renames keys of an object. */
const renamed =
  (names: Readonly<Record<string, string>>): Upgrade =>
  (json) =>
    isRecord(json)
      ? Object.fromEntries(
          Object.entries(json).map(([key, value]) => [Object.hasOwn(names, key) ? names[key] : key, value]),
        )
      : json;

/** Upgrades every element of a list. */
const each =
  (upgrade: Upgrade): Upgrade =>
  (json) =>
    Array.isArray(json) ? json.map(upgrade) : json;

const initializer: Upgrade = (json) =>
  isRecord(json) && json.kind === 'randomNormal' ? renamed({ deviation: 'stddev' })(json) : json;
const ops = each(within({ initializer }));
const block = within({ preact: ops, branch: ops, shortcut: ops, postact: ops });

const families: Readonly<Record<string, string>> = { course: 'course', preactivation: 'preact' };

/** Version 1 has the scheme of the layer names in a field; in version 2 the network's name begins with its family. */
const network: Upgrade = (json) => {
  const upgraded = within({ stem: ops, stages: each(each(block)), head: ops })(json);
  if (!isRecord(upgraded)) return upgraded;
  const { naming, name, ...rest } = upgraded;
  if (typeof name !== 'string' || typeof naming !== 'string' || !Object.hasOwn(families, naming)) {
    return upgraded;
  }
  if (name.length > maxNameLength) return upgraded; // a stranger's: the pattern below would take long over it
  const [, own = name, variant = ''] = /^(.*?)((?:-plain|-folded|-unnormalized)*)$/s.exec(name) ?? [];
  const now = Object.hasOwn(renamedNetworks, own) ? renamedNetworks[own] : `${families[naming]}/${own}`;
  return { name: `${now}${variant}`, ...rest };
};

const initialization: Upgrade = (json) =>
  json === 'varied' ? 'glorot' : json === 'document' ? 'course' : json;

const counted = renamed({ pictures: 'images' });

/** By the key of the metadata. */
export const upgrades: Readonly<Record<string, Upgrade>> = {
  network,
  preprocessing: renamed({ deviation: 'std', resize: 'interpolation' }),
  training: (json) =>
    renamed({ initializers: 'initialization' })(
      within({ data: counted, validation: counted, initializers: initialization })(json),
    ),
  progress: within({
    totals: counted,
    history: each(within({ validation: counted })),
    recipe: within({ data: counted, validation: counted }),
  }),
};
