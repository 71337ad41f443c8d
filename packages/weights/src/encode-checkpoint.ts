import { parameters } from '@resnetjs/core';
import {
  checkpointKeys,
  checkpointTensors,
  checksumTensor,
  type Settings,
  type TrainingCheckpoint,
} from './checkpoint.js';
import { Checksum } from './checksum.js';
import { asText, bytesOf, describeClassifier } from './describe-classifier.js';
import { checkpointKey, formatVersion } from './format.js';
import { optimizerStateSchema, progressSchema, settingsSchema } from './progress-schema.js';
import { layOut } from './safetensors.js';

/**
 * A checkpoint as the parts of one safetensors file, tensor by tensor, so that never more than one is copied; the last
 * part is the checksum of those before it. Throws `bad-option`, `missing-variable`, and `not-finite`.
 */
export async function* encodeCheckpoint(
  { classifier, state }: TrainingCheckpoint,
  settings: Settings = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const { network, variables } = classifier;
  const { step, slots } = state.optimizer;
  const names = Object.keys(slots);
  const tensors = checkpointTensors(parameters(network), names);
  const { header } = layOut([...tensors.map(({ name, shape }) => ({ id: name, shape })), checksumTensor], {
    [checkpointKey]: formatVersion,
    ...describeClassifier(classifier),
    [checkpointKeys.progress]: asText(progressSchema, state.progress, "training's progress"),
    [checkpointKeys.optimizer]: asText(optimizerStateSchema, { step, slots: names }, "optimizer's state"),
    [checkpointKeys.settings]: asText(settingsSchema, settings, 'settings'),
  });
  const checksum = new Checksum();
  await checksum.add(header);
  yield header;
  for (const { name, id, shape, from } of tensors) {
    const map = typeof from === 'string' ? variables[from] : slots[from.slot];
    const bytes = await bytesOf(network.name, { id: name, shape }, map?.get(id));
    await checksum.add(bytes);
    yield bytes;
  }
  yield await checksum.result();
}
