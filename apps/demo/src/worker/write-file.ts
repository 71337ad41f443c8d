import type { Classifier } from '@resnetjs/core';
import { encodeWeights, weightsOf } from '@resnetjs/weights';
import type { DownloadFormat } from './protocol.js';

/** A model in a format of others, tensor by tensor. Throws `bad-option` for what a format can't hold. */
export async function writeFile(classifier: Classifier, to: DownloadFormat): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const part of encodeWeights(weightsOf(classifier), { to }).parts) {
    parts.push(new Blob([part as Uint8Array<ArrayBuffer>])); // the browser may keep it outside of this page's memory
  }
  return new Blob(parts);
}
