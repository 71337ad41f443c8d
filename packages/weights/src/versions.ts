import { badFile, quote } from './bad-file.js';
import { fromVersion1 } from './format-1.js';
import { fromVersion2 } from './format-2.js';
import type { Upgrade } from './json.js';

/** The version of the metadata that is written. */
export const formatVersion = '3';

/** Former versions that are read, each with the upgrade of its JSON to the next. */
const upgrades: Readonly<Record<string, Upgrade>> = { 1: fromVersion1, 2: fromVersion2 };

/** Whether this version or a former one wrote a file. Throws `bad-file`, with what to do, for a later version. */
export function checkVersion(version: string, what: string): void {
  if (version === formatVersion || Object.hasOwn(upgrades, version)) return;
  throw badFile(
    `The ${what} has format version ${quote(version)}, but this ResNet.js reads versions 1 to ${formatVersion}. Use the one that wrote it, or a later one.`,
    { version },
  );
}

/** The JSON of a file's metadata, by key, as this version has it. It is not checked. */
export function inThisVersion(json: unknown, version: string): unknown {
  return Object.hasOwn(upgrades, version)
    ? inThisVersion((upgrades[version] as Upgrade)(json), String(Number(version) + 1))
    : json;
}
