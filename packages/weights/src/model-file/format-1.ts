// Version 1 of the format has other names for some things.

import { each, isRecord, renamed, type Upgrade, within } from './json.js';
import { maxNameLength } from './network-schema.js';

const initializer: Upgrade = (json) =>
  isRecord(json) && json.kind === 'randomNormal' ? renamed({ deviation: 'stddev' })(json) : json;
const ops = each(within({ initializer }));
const block = within({ preact: ops, branch: ops, shortcut: ops, postact: ops });

/** What networks were called before names without a family became torchvision's and timm's. */
const networkNames: Readonly<Record<string, string>> = {
  resnet50: 'course/resnet50',
  resnetPreAct: 'preact/resnet',
};

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
  const now = Object.hasOwn(networkNames, own) ? networkNames[own] : `${families[naming]}/${own}`;
  return { name: `${now}${variant}`, ...rest };
};

const initialization: Upgrade = (json) =>
  json === 'varied' ? 'glorot' : json === 'document' ? 'course' : json;

const counted = renamed({ pictures: 'images' });

/** From the JSON of a file's metadata in version 1 to that of version 2. */
export const fromVersion1 = within({
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
});
