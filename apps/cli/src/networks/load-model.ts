import { ResNetError } from '@resnetjs/core';
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
