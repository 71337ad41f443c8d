// Pieces of upgrades from former versions of the format. Each takes JSON that has not been checked yet, and leaves what it
// doesn't know for the schema to reject.

export type Json = Readonly<Record<string, unknown>>;
export type Upgrade = (json: unknown) => unknown;

export const isRecord = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Upgrades some values of an object. */
export const within =
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
export const renamed =
  (names: Readonly<Record<string, string>>): Upgrade =>
  (json) =>
    isRecord(json)
      ? Object.fromEntries(
          Object.entries(json).map(([key, value]) => [Object.hasOwn(names, key) ? names[key] : key, value]),
        )
      : json;

/** Upgrades every element of a list. */
export const each =
  (upgrade: Upgrade): Upgrade =>
  (json) =>
    Array.isArray(json) ? json.map(upgrade) : json;
