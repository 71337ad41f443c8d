import { badFile, quote } from '../bad-file.js';
import type { TensorContainer } from '../containers/container.js';
import { fromVersion1 } from './format-1.js';
import { fromVersion2 } from './format-2.js';
import type { Upgrade } from './json.js';

/** The version of the metadata that is written. */
export const formatVersion = '3';

/** Former versions that are read, each with the upgrade of its JSON to the next. */
const upgrades: Readonly<Record<string, Upgrade>> = { 1: fromVersion1, 2: fromVersion2 };

/**
 * Whether a file has a format version under this key. Throws `bad-file` for a version that isn't read, most likely a later
 * one.
 */
export function checkVersion(metadata: TensorContainer['metadata'], key: string, what: string): boolean {
  const version = metadata.get(key);
  if (version === undefined) return false;
  if (version === formatVersion || Object.hasOwn(upgrades, version)) return true;
  throw badFile(
    `The ${what} has format version ${quote(version)}, but this ResNet.js reads versions 1 to ${formatVersion}. Use the ResNet.js that wrote it, or a newer one.`,
    { version },
  );
}

/** The JSON of a file's metadata, by key, as this version has it. It is not checked. */
export function inThisVersion(json: unknown, version: string): unknown {
  return Object.hasOwn(upgrades, version)
    ? inThisVersion((upgrades[version] as Upgrade)(json), String(Number(version) + 1))
    : json;
}
