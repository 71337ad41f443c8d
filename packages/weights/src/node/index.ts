export {
  listCheckpoints,
  type NewestCheckpoint,
  readCheckpointDescription,
  readNewestCheckpoint,
  readNewestDescription,
  type SavedCheckpoint,
  type SaveCheckpointOptions,
  saveCheckpoint,
  removeUnfinishedFiles,
} from './checkpoint-folder.js';
export { type FileSource, fileSource } from './file-source.js';
export { type FolderLock, type LockFolderOptions, lockFolder } from './lock-folder.js';
export { type ConfigBeside, configsBeside } from './configs-beside.js';
export { findWeightsFile, modelFileName, openModelFile, readModel, writeModelFile } from './model-folder.js';
export { prepareFolder } from './prepare-folder.js';
export { type WriteFileOptions, writeFileAtomically, writeFilesAtomically } from './write-file.js';
export type { FetchOptions } from '../hub/fetch-file.js';
export {
  type CacheOptions,
  cachedWeights,
  type FetchedWeights,
  fetchFile,
  fetchWeights,
  removeCached,
  verifyCached,
} from './fetch-weights.js';
export { hubFolder } from './hub-settings.js';
