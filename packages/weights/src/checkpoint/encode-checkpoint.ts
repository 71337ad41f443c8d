import { type Checkpoint, trainingProgressSchema } from '@resnetjs/recipe';
import { layOut } from '../containers/safetensors.js';
import { asText, describeClassifier } from '../model-file/describe-classifier.js';
import { checkpointKey } from '../model-file/format.js';
import { formatVersion } from '../model-file/versions.js';
import { bytesOf, valuesOf } from '../variable-values.js';
import { checkpointKeys, checkpointTensors, checksumTensor, type CheckpointSettings } from './checkpoint.js';
import { optimizerStateSchema, settingsSchema } from './checkpoint-schemas.js';
import { Checksum } from './checksum.js';

/**
 * Yields a checkpoint as the parts of one safetensors file, tensor by tensor, so that only one is in memory at a time; the
 * last part is the checksum of the parts before. Throws `bad-option` for what the format can't hold, `missing-variable`,
 * `not-finite`, and `missing-backend` if there is no Web Cryptography API to compute the checksum.
 *
 * @example
 * ```ts
 * for await (const event of train(classifier, dataset)) {
 *   if (event.event !== 'checkpoint') continue;
 *   const checkpoint = event.capture();
 *   const parts = [];
 *   for await (const part of encodeCheckpoint(checkpoint)) parts.push(part);
 *   disposeCheckpoint(checkpoint);
 *   const file = new Blob(parts);
 * }
 * ```
 */
export async function* encodeCheckpoint(
  { classifier, state }: Checkpoint,
  settings: CheckpointSettings = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const { network, variables } = classifier;
  const { step, slots } = state.optimizer;
  const names = Object.keys(slots);
  const tensors = checkpointTensors(network, state.progress.recipe, names);
  const { header } = layOut([...tensors.map(({ name, shape }) => ({ id: name, shape })), checksumTensor], {
    [checkpointKey]: formatVersion,
    ...describeClassifier(classifier),
    [checkpointKeys.progress]: asText(trainingProgressSchema, state.progress, "training's progress"),
    [checkpointKeys.optimizer]: asText(optimizerStateSchema, { step, slots: names }, "optimizer's state"),
    [checkpointKeys.settings]: asText(settingsSchema, settings, 'settings'),
  });
  const checksum = new Checksum();
  await checksum.add(header);
  yield header;
  for (const { name, id, shape, from } of tensors) {
    const map = typeof from === 'string' ? variables[from] : slots[from.slot];
    const bytes = bytesOf(await valuesOf(network.name, { id: name, shape }, map?.get(id)));
    await checksum.add(bytes);
    yield bytes;
  }
  yield await checksum.result();
}
