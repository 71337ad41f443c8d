// Records that this page saved before version 3. The checkpoints and models in them are files, whose former versions
// @resnetjs/weights reads itself.

import type { NetworkConfig, Variant } from '../worker/protocol.js';
import { type Records, type SavedModel, type SavedTraining, version } from './records.js';
import type { SavedHistory } from './saved-history.js';

type Version2<Saved> = Omit<Saved, 'version'> & { readonly version: 2 };

type FormerTraining = Version2<Omit<SavedTraining, 'network' | 'variants' | 'history'>> & {
  readonly network: Omit<NetworkConfig, 'name'> & { readonly name: keyof typeof networkNames };
  readonly lanes: readonly Variant[];
  readonly story: SavedHistory;
};

/** Records of version 2, by key. */
interface FormerRecords {
  training: FormerTraining;
  model: Version2<SavedModel>;
}

const networkNames = { resnetPreAct: 'preact/resnet', resnet50: 'course/resnet50' } as const;

/** Turns a record of version 2 into one of version 3. */
const upgrades: {
  readonly [Key in keyof FormerRecords]: (former: FormerRecords[Key]) => Records[Key];
} = {
  training: ({ network, lanes, story, ...rest }) => ({
    ...rest,
    version,
    network: { ...network, name: networkNames[network.name] },
    variants: lanes,
    history: story,
  }),
  model: (former) => ({ ...former, version }),
};

/** A record that was read, upgraded if it is of version 2; null if it is of another version. */
export function inThisVersion<Key extends keyof Records>(key: Key, value: unknown): Records[Key] | null {
  const record = value as Records[Key] | FormerRecords[Key] | undefined;
  if (record?.version === version) return record as Records[Key];
  if (record?.version !== 2) return null;
  return upgrades[key](record as FormerRecords[Key]);
}
