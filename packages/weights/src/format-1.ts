// Files of format version 1 said some things in other words. Each function takes a part's JSON, which nobody has
// checked yet, and gives it in the words of version 2; what it doesn't know, it leaves for the schema to refuse.

type Json = Readonly<Record<string, unknown>>;
type Upgrade = (json: unknown) => unknown;

const isRecord = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** An object with some of its values changed. */
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

/** An object with one key under another name. */
const renamed =
  (before: string, now: string): Upgrade =>
  (json) =>
    isRecord(json)
      ? Object.fromEntries(Object.entries(json).map(([key, value]) => [key === before ? now : key, value]))
      : json;

const each =
  (upgrade: Upgrade): Upgrade =>
  (json) =>
    Array.isArray(json) ? json.map(upgrade) : json;

const initializer: Upgrade = (json) =>
  isRecord(json) && json.kind === 'randomNormal' ? renamed('deviation', 'stddev')(json) : json;
const ops = each(within({ initializer }));
const block = within({ preact: ops, branch: ops, shortcut: ops, postact: ops });

const networkNames: Readonly<Record<string, string>> = {
  resnet50: 'course/resnet50',
  resnetPreAct: 'preact/resnet',
};
const families: Readonly<Record<string, string>> = { course: 'course', preactivation: 'preact' };

/** The scheme of its layer names was a field of the network; now its name begins with its family. */
const network: Upgrade = (json) => {
  const inWords = within({ stem: ops, stages: each(each(block)), head: ops })(json);
  if (!isRecord(inWords)) return inWords;
  const { naming, name, ...rest } = inWords;
  if (typeof name !== 'string' || typeof naming !== 'string' || !Object.hasOwn(families, naming)) {
    return inWords;
  }
  const [, own = name, variant = ''] = /^(.*?)((?:-plain|-folded)*)$/s.exec(name) ?? [];
  const now = Object.hasOwn(networkNames, own) ? networkNames[own] : `${families[naming]}/${own}`;
  return { name: `${now}${variant}`, ...rest };
};

const counted = renamed('pictures', 'images');

/** By the key of the metadata that it stands under. */
export const upgrades: Readonly<Record<string, Upgrade>> = {
  network,
  preprocessing: renamed('deviation', 'std'),
  training: within({ data: counted, validation: counted }),
  progress: within({
    totals: counted,
    history: each(within({ validation: counted })),
    recipe: within({ data: counted, validation: counted }),
  }),
};
