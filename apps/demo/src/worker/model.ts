import { type Classifier, countParameters, disposeVariables } from '@resnetjs/core';
import type { TrainingRecord } from '@resnetjs/recipe';
import { byteSource, decodeClassifier, encodeClassifier } from '@resnetjs/weights';
import { writeRecord } from '../storage/database.js';
import { version } from '../storage/records.js';
import { PageError } from './problem.js';
import type { ModelFacts } from './protocol.js';

interface TrainedModel {
  readonly classifier: Classifier;
  readonly facts: ModelFacts;
  readonly training: TrainingRecord | null;
}

let current: TrainedModel | undefined;

/** This worker's model. Throws PageError if there is none yet. */
export function currentModel(): TrainedModel {
  if (current === undefined) {
    throw new PageError('no-model', 'There is no model yet. Train one, or open a model file.');
  }
  return current;
}

/** Makes a classifier, which no training may still use, this worker's model, and disposes of the one before. */
export function setModel(
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
    cropShare: preprocessing.cropShare ?? 1,
    parameters: countParameters(network).total,
    accuracy,
    origin,
  };
  if (current !== undefined && current.classifier !== classifier) {
    disposeVariables(current.classifier.variables);
  }
  current = { classifier, facts, training };
  return facts;
}

/** Opens a `model.safetensors`. Throws `bad-file` if it isn't one, or is damaged. */
export async function openModel(file: Blob): Promise<ModelFacts> {
  const { training, ...classifier } = await decodeClassifier(byteSource(file));
  const accuracy = training?.final.validation?.accuracy ?? null;
  return setModel(classifier, { accuracy, origin: 'opened', training });
}

/** The model as a file, which the command line reads too. */
export async function modelFile(): Promise<Blob> {
  const { classifier, training } = currentModel();
  const bytes = await encodeClassifier(classifier, training === null ? {} : { training });
  return new Blob([Uint8Array.from(bytes)]);
}

/** Saves the model in the browser's storage, so that it survives a reload. */
export async function saveModel(): Promise<void> {
  const { facts } = currentModel();
  await writeRecord('model', { version, savedAt: Date.now(), file: await modelFile(), facts });
}
