export {
  listCheckpoints,
  type NewestCheckpoint,
  readCheckpointDescription,
  readNewestCheckpoint,
  readNewestDescription,
  type SavedCheckpoint,
  type SaveOptions,
  saveCheckpoint,
  tidyRun,
} from './checkpoint-folder.js';
export { type FolderLock, lockFolder } from './lock-folder.js';
export { modelFile, readModel, writeModel } from './model-folder.js';
export { prepareFolder } from './prepare-folder.js';
export { writeFileAtomically } from './write-file.js';
