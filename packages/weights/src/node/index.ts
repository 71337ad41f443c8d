export { modelFile, readModel, writeModel } from './model-folder.js';
export { prepareFolder } from './prepare-folder.js';
export { writeFileAtomically } from './write-file.js';
