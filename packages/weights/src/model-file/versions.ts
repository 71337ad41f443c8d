import { badFile, quote } from '../bad-file.js';
import type { TensorContainer } from '../containers/container.js';
import { fromVersion1 } from './format-1.js';
import { fromVersion2 } from './format-2.js';
import { checksumTensor, formerChecksumTensor } from './checksum.js';
import { isRecord, type Upgrade } from './json.js';

/** The version of the metadata that is written. */
export const formatVersion = '4';

/** Former versions that are read, each with the upgrade of its JSON to the next. */
const upgrades: Readonly<Record<string, Upgrade>> = {
  1: fromVersion1,
  2: fromVersion2,
  3: (json) => (isRecord(json) ? { training: null, ...json } : json),
};

/**
 * The format version that a file has under this key; undefined if none. Throws `bad-file` for a version that isn't read,
 * most likely a later one.
 */
export function versionOf(
  metadata: TensorContainer['metadata'],
  key: string,
  what: string,
): string | undefined {
  const version = metadata.get(key);
  if (version === undefined || version === formatVersion || Object.hasOwn(upgrades, version)) return version;
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

/** The checksum of a file of this version, where files of its kind have one since version `since`. */
export function checksumOf(version: string, since: number) {
  if (Number(version) >= 4) return checksumTensor;
  return Number(version) >= since ? formerChecksumTensor : undefined;
}
