import { type Classifier, disposeVariables, foldBatchNorm, ResNetError } from '@resnetjs/core';
import { type DecodedClassifier, decodeClassifier } from '@resnetjs/weights';
import { readModelFile } from '@resnetjs/weights/node';

/** Loads a model from its file or run folder onto the current backend. Its errors name the path. */
export async function loadModel(fileOrFolder: string): Promise<DecodedClassifier> {
  try {
    return decodeClassifier(await readModelFile(fileOrFolder));
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw new ResNetError(error.code, `${fileOrFolder}: ${error.message}`, error.details, { cause: error });
  }
}

/** Loads a model for inference: its normalizations are folded into its convolutions, which changes results by at most 1e-5. */
export async function loadFolded(fileOrFolder: string): Promise<Classifier> {
  const model = await loadModel(fileOrFolder);
  try {
    return { ...model, ...foldBatchNorm(model) };
  } finally {
    disposeVariables(model.variables);
  }
}
