import { type Classifier, disposeVariables, foldBatchNorm, ResNetError } from '@resnetjs/core';
import { type ByteSource, decodeClassifier, describeModel, type ModelDescription } from '@resnetjs/weights';
import { openModelFile } from '@resnetjs/weights/node';

/**
 * Loads a model for inference, from its file or run folder onto the current backend: its normalizations are folded into its
 * convolutions, which changes results by at most 1e-5. Errors name the path.
 */
export async function loadModel(fileOrFolder: string): Promise<Classifier> {
  const model = await withModel(fileOrFolder, decodeClassifier);
  try {
    return { ...model, ...foldBatchNorm(model) };
  } finally {
    disposeVariables(model.variables);
  }
}

/** What a model says of itself, which takes no backend. Errors name the path. */
export function readDescription(fileOrFolder: string): Promise<ModelDescription> {
  return withModel(fileOrFolder, describeModel);
}

async function withModel<Result>(
  fileOrFolder: string,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  const source = await openModelFile(fileOrFolder);
  try {
    return await read(source);
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw new ResNetError(error.code, `${fileOrFolder}: ${error.message}`, error.details, { cause: error });
  } finally {
    await source.close();
  }
}
