import { disposeVariables } from '@resnetjs/core';
import { imagesFrom, type ListedImages } from '@resnetjs/data/node';
import { startBackend } from '../backends/start-backend.js';
import { listSources } from '../data/list-sources.js';
import { chosenModel, type LoadedModel, loadModel } from '../networks/load-model.js';
import type { ManyImagesOptions } from '../options/command-options.js';
import { printAssumed } from '../terminal/weights-notes.js';

/** What a command that takes many images works with. */
export interface ModelAndImages {
  readonly classifier: LoadedModel;
  readonly images: ListedImages;
  readonly device: Awaited<ReturnType<typeof startBackend>>;
}

/** Finds images, starts the backend and loads the model, all for `use`. With --out images are sorted, and the weights' hash is known. */
export async function withImages(
  model: string,
  named: readonly string[],
  options: ManyImagesOptions,
  use: (found: ModelAndImages) => Promise<void>,
): Promise<void> {
  const isJob = options.out !== undefined;
  const path = chosenModel(model, options.best);
  const images = await imagesFrom(await listSources(named, options.list), { sorted: isJob });
  const device = await startBackend(options.backend, options);
  const classifier = await loadModel(path, { ...options, best: false, hash: isJob });
  try {
    if (!options.json) printAssumed(classifier);
    await use({ classifier, images, device });
  } finally {
    disposeVariables(classifier.variables);
  }
}
