import {
  type Classifier,
  checkPreprocessing,
  countParameters,
  disposeVariables,
  type Preprocessing,
} from '@resnetjs/core';
import type { TrainingRecord } from '@resnetjs/recipe';
import { byteSource, decodeClassifier, encodeClassifier } from '@resnetjs/weights';
import { writeRecord } from '../storage/database.js';
import { version } from '../storage/records.js';
import { featureCount } from './new-head.js';
import { namedPreprocessings, nameOf } from './preprocessing-names.js';
import { PageError } from './problem.js';
import type { DownloadFormat, ModelFacts, Requests } from './protocol.js';

interface Model {
  readonly classifier: Classifier;
  readonly facts: ModelFacts;
  readonly training: TrainingRecord | null;
  /** How images were prepared when it was opened, and where that came from. */
  readonly given: Preprocessing;
  readonly file: ModelFacts['file'];
}

type About = Pick<ModelFacts, 'accuracy' | 'origin' | 'file'> & { readonly training: TrainingRecord | null };

let current: Model | undefined;

/** This worker's model. Throws PageError if there is none yet. */
export function currentModel(): Model {
  if (current === undefined) {
    throw new PageError('no-model', 'There is no model yet. Train one, or open a model file.');
  }
  return current;
}

/** Makes a classifier, which no training may still use, this worker's model, and disposes of the one before. */
export function setModel(classifier: Classifier, { accuracy, origin, file, training }: About): ModelFacts {
  const { network, classes, preprocessing } = classifier;
  const [height, width] = network.input;
  const facts: ModelFacts = {
    network: network.name,
    classes,
    size: [height, width],
    fit: preprocessing.fit,
    cropShare: preprocessing.cropShare ?? 1,
    parameters: countParameters(network).total,
    features: featureCount(network),
    accuracy,
    origin,
    startedFrom: training?.from?.file ?? null,
    file,
    preprocessing: nameOf(preprocessing),
    givenPreprocessing: nameOf(preprocessing),
  };
  if (current !== undefined && current.classifier !== classifier) {
    disposeVariables(current.classifier.variables);
  }
  current = { classifier, facts, training, given: preprocessing, file };
  return facts;
}

/** Opens a `model.safetensors`. Throws `bad-file` if it isn't one, or is damaged. */
export async function openModel({ file, about }: Requests['openModel']['params']): Promise<ModelFacts> {
  const { training, ...classifier } = await decodeClassifier(byteSource(file));
  return setModel(classifier, { ...about, training });
}

/** Has the model's images prepared in a named way, or as when it was opened. Throws `bad-option` if it has no three channels. */
export function prepareOtherwise(name: Requests['prepare']['params']['preprocessing']): ModelFacts {
  const { classifier, facts, given, file, ...rest } = currentModel();
  const preprocessing = name === 'given' ? given : namedPreprocessings[name];
  checkPreprocessing(preprocessing, classifier.network.input[2]);
  const isGiven = nameOf(preprocessing) === nameOf(given);
  const changed: ModelFacts = {
    ...facts,
    fit: preprocessing.fit,
    cropShare: preprocessing.cropShare ?? 1,
    preprocessing: nameOf(preprocessing),
    file: file && (isGiven ? file : { ...file, preprocessingFrom: 'option' }),
  };
  current = { classifier: { ...classifier, preprocessing }, facts: changed, given, file, ...rest };
  return changed;
}

/** The model as a file, which the command line reads too. */
export async function modelFile(format: DownloadFormat): Promise<Blob> {
  const { classifier, training } = currentModel();
  if (format !== 'resnetjs') {
    const { writeFile } = await import('./write-file.js');
    return writeFile(classifier, format);
  }
  const bytes = await encodeClassifier(classifier, training === null ? {} : { training });
  return new Blob([bytes as Uint8Array<ArrayBuffer>]);
}

/** Saves the model in the browser's storage, so that it survives a reload. */
export async function saveModel(): Promise<void> {
  const { facts } = currentModel();
  const file = facts.file?.keptAs ? null : await modelFile('resnetjs'); // not twice
  await writeRecord('model', { version, savedAt: Date.now(), file, facts });
}

let saving: Promise<void> = Promise.resolve();

/** Saves the model while the page continues: a large one takes seconds. A failure is none, as the visitor has the file. */
export function saveModelLater(): void {
  saving = saving.then(saveModel).catch(() => undefined);
}

/** Resolves when nothing is being saved. */
export async function whenSaved(): Promise<null> {
  await saving;
  return null;
}
