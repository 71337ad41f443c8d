import { type Classifier, disposeVariables, foldBatchNorm } from '@resnetjs/core';
import { decodeClassifier, describeModel, type ModelDescription } from '@resnetjs/weights';
import { readModel } from '@resnetjs/weights/node';

/**
 * Loads a model for inference, from its file or run folder onto the current backend: its normalizations are folded into its
 * convolutions, which changes results by at most 1e-5. Errors name the path.
 */
export async function loadModel(fileOrFolder: string): Promise<Classifier> {
  const model = await readModel(fileOrFolder, decodeClassifier);
  try {
    return { ...model, ...foldBatchNorm(model) };
  } finally {
    disposeVariables(model.variables);
  }
}

/** What a model says of itself, which takes no backend. Errors name the path. */
export function readDescription(fileOrFolder: string): Promise<ModelDescription> {
  return readModel(fileOrFolder, describeModel);
}
