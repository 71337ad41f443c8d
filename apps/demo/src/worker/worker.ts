import { startBackend } from './backends.js';
import { type Handlers, serve } from './channel.js';
import { decodeFiles } from './decode.js';
import { lookAtMaps } from './look.js';
import { currentModel, keepModel, modelFile, openModel } from './model.js';
import { predict } from './predict.js';
import { PageError } from './problem.js';
import type { BackendName } from './protocol.js';
import { pauseTraining, resumeTraining, startTraining, stopTraining } from './training.js';

let backend: BackendName | undefined;

function started(): BackendName {
  if (backend === undefined) throw new PageError('not-started', 'No backend was started.');
  return backend;
}

/** Loaded when the Prove room is opened, for it brings the float64 reference. */
const prove = () => import('./prove.js');

const handlers: Handlers = {
  async start(ask) {
    const facts = await startBackend(ask.backend);
    backend = facts.name;
    return facts;
  },
  train: (order) => startTraining(order, started()),
  resume: () => resumeTraining(started()),
  async pause({ paused }) {
    await pauseTraining(paused);
    return null;
  },
  async stop() {
    stopTraining();
    return null;
  },
  decode: decodeFiles,
  async decodeHdf5(ask) {
    const { decodeHdf5 } = await import('./decode-hdf5.js');
    return decodeHdf5(ask);
  },
  async openModel({ file, kept }) {
    const facts = await openModel(file);
    if (!kept) await keepModel().catch(() => undefined); // what was opened can be opened again
    return facts;
  },
  modelFile,
  predict,
  modelNetwork: async () => currentModel().classifier.network,
  featureMaps: lookAtMaps,
  proofCases: async () => (await prove()).proofCases(),
  proveCase: async ({ id, precision }) => (await prove()).proveCase(id, precision),
  provePublished: async () => (await prove()).provePublished(),
  measureSpeed: async () => (await prove()).measureSpeed(),
};

serve(handlers);
