import { startBackend } from './backends.js';
import { type Handlers, serve } from './channel.js';
import { withDuplicates } from './datasets.js';
import { decodeFiles } from './decode.js';
import { lookAtMaps } from './look.js';
import { currentModel, modelFile, openModel, prepareOtherwise, saveModelLater, whenSaved } from './model.js';
import { secondsPerImage } from './new-head.js';
import { predict, predictFiles } from './predict.js';
import { PageError } from './problem.js';
import type { BackendFacts, HubRequestKind, RequestKind } from './protocol.js';
import { variedImage } from './varied.js';
import { pauseTraining, resumeTraining, startTraining, stopTraining } from './training.js';

let backend: BackendFacts | undefined;

function startedBackend(): BackendFacts {
  if (backend === undefined) throw new PageError('not-started', 'No backend was started.');
  return backend;
}

/** Loaded when the Prove room needs it, because it brings the float64 reference. */
const prove = () => import('./prove.js');

/** How images to train on are fitted; the libraries' way, unless it is the model's. */
const fittingOf = (forModel: boolean) =>
  forModel ? { fitting: currentModel().classifier.preprocessing } : {};

const handlers: Handlers<Exclude<RequestKind, HubRequestKind>> = {
  async start({ backend: name }) {
    backend = await startBackend(name);
    return backend;
  },
  train: (config) => startTraining(config, startedBackend()),
  resume: () => resumeTraining(startedBackend()),
  async pause({ paused }) {
    await pauseTraining(paused);
    return null;
  },
  async stop() {
    stopTraining();
    return null;
  },
  decode: async ({ forModel, ...params }) =>
    withDuplicates(await decodeFiles({ ...params, ...fittingOf(forModel) })),
  async decodeHdf5({ forModel, ...params }) {
    const { decodeHdf5 } = await import('./decode-hdf5.js');
    return withDuplicates(await decodeHdf5({ ...params, ...fittingOf(forModel) }));
  },
  variedImage,
  openModel,
  async openFile(params) {
    const { openFile } = await import('./open-file.js');
    const facts = await openFile(params);
    saveModelLater();
    return facts;
  },
  inspectFile: async (params) => (await import('./inspect-file.js')).inspectFile(params),
  tensorStatistics: async (params) => (await import('./inspect-file.js')).tensorStatistics(params),
  async prepare({ preprocessing }) {
    const facts = prepareOtherwise(preprocessing);
    saveModelLater();
    return facts;
  },
  secondsPerImage: ({ size }) => secondsPerImage(currentModel().classifier, size),
  whenSaved,
  modelFile: ({ format }) => modelFile(format),
  predict,
  predictFiles,
  modelNetwork: async () => currentModel().classifier.network,
  featureMaps: lookAtMaps,
  proofCases: async () => (await prove()).proofCases(),
  proveCase: async ({ id, precision }) => (await prove()).proveCase(id, precision),
  provePublished: async () => (await prove()).provePublished(),
  measureSpeed: async () => (await prove()).measureSpeed(),
  speedWorkloads: async () => (await prove()).speedWorkloads,
  measureNetwork: async ({ index }) => (await prove()).measureNetwork(index),
};

serve(handlers);
