// Records that this page saved before version 3. The checkpoints and models in them are files, whose former versions
// @resnetjs/weights reads itself.

import type { NetworkConfig, Variant } from '../worker/protocol.js';
import type { Records, SavedModel, SavedTraining } from './database.js';
import type { SavedHistory } from './saved-history.js';

type Version2<Saved> = Omit<Saved, 'version'> & { readonly version: 2 };

type FormerTraining = Version2<Omit<SavedTraining, 'network' | 'variants' | 'history'>> & {
  readonly network: Omit<NetworkConfig, 'name'> & { readonly name: keyof typeof networkNames };
  readonly lanes: readonly Variant[];
  readonly story: SavedHistory;
};

/** Records of version 2, by key. */
export interface FormerRecords {
  training: FormerTraining;
  model: Version2<SavedModel>;
}

const networkNames = { resnetPreAct: 'preact/resnet', resnet50: 'course/resnet50' } as const;

/** Turns a record of version 2 into one of version 3. */
export const upgrades: {
  readonly [Key in keyof FormerRecords]: (former: FormerRecords[Key]) => Records[Key];
} = {
  training: ({ network, lanes, story, ...rest }) => ({
    ...rest,
    version: 3,
    network: { ...network, name: networkNames[network.name] },
    variants: lanes,
    history: story,
  }),
  model: (former) => ({ ...former, version: 3 }),
};
