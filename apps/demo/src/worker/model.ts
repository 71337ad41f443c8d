import { type Classifier, countParameters, disposeVariables } from '@resnetjs/core';
import { decodeClassifier, encodeClassifier, type TrainingRecord } from '@resnetjs/weights';
import { version, writeKept } from '../storage/database.js';
import { PageError } from './problem.js';
import type { ModelFacts } from './protocol.js';

interface Held {
  readonly classifier: Classifier;
  readonly facts: ModelFacts;
  readonly training: TrainingRecord | null;
}

let held: Held | undefined;

/** The model of this worker. Throws PageError where there is none yet. */
export function currentModel(): Held {
  if (held === undefined) {
    throw new PageError('no-model', 'There is no model yet. Train one, or open a model file.');
  }
  return held;
}

/** A model that is no training's any more takes the place of the one before, which is disposed of. */
export function holdModel(
  classifier: Classifier,
  about: Pick<ModelFacts, 'accuracy' | 'origin'> & { training: TrainingRecord | null },
): ModelFacts {
  const { network, classes, preprocessing } = classifier;
  const { accuracy, origin, training } = about;
  const [height, width] = network.input;
  const facts: ModelFacts = {
    network: network.name,
    classes,
    size: [height, width],
    fit: preprocessing.fit,
    parameters: countParameters(network).total,
    accuracy,
    origin,
  };
  if (held !== undefined && held.classifier !== classifier) disposeVariables(held.classifier.variables);
  held = { classifier, facts, training };
  return facts;
}

/** Opens a `model.safetensors`. Throws `bad-file` with what is wrong with it. */
export async function openModel(file: Blob): Promise<ModelFacts> {
  const { training, ...classifier } = decodeClassifier(new Uint8Array(await file.arrayBuffer()));
  const accuracy = training?.final.validation?.accuracy ?? null;
  return holdModel(classifier, { accuracy, origin: 'opened', training });
}

/** The model as the file that the command line reads. */
export async function modelFile(): Promise<Blob> {
  const { classifier, training } = currentModel();
  const bytes = await encodeClassifier(classifier, training === null ? {} : { training });
  return new Blob([Uint8Array.from(bytes)]);
}

/** Keeps the model in the browser's storage, so that it is there after a reload. */
export async function keepModel(): Promise<void> {
  const { facts } = currentModel();
  await writeKept('model', { version, savedAt: Date.now(), file: await modelFile(), facts });
}
