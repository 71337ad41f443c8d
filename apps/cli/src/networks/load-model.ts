import { ResNetError } from '@resnetjs/core';
import { type DecodedClassifier, decodeClassifier } from '@resnetjs/weights';
import { readModel } from '@resnetjs/weights/node';

/** A model from its file or its run's folder, on the current backend; what is wrong with it is said with its path. */
export async function loadModel(fileOrFolder: string): Promise<DecodedClassifier> {
  try {
    return decodeClassifier(await readModel(fileOrFolder));
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw new ResNetError(error.code, `${fileOrFolder}: ${error.message}`, error.details, { cause: error });
  }
}
