import { type Checkpoint, trainingProgressSchema } from '@resnetjs/recipe';
import { fileParts } from '../model-file/checked-file.js';
import { asText, describeClassifier } from '../model-file/describe-classifier.js';
import { checkpointKey } from '../model-file/format.js';
import { formatVersion } from '../model-file/versions.js';
import { valuesOf } from '../variable-values.js';
import { checkpointKeys, checkpointTensors, type CheckpointSettings } from './checkpoint.js';
import { optimizerStateSchema, settingsSchema } from './checkpoint-schemas.js';

/**
 * Yields a checkpoint as the parts of one safetensors file, tensor by tensor, so that only one is in memory at a time; the
 * last part is the checksum of the parts before. Throws `bad-option` for what the format can't hold, and, when its tensor is
 * due, `missing-variable` or `not-finite`.
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
export function encodeCheckpoint(
  { classifier, state }: Checkpoint,
  settings: CheckpointSettings = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const { network, variables } = classifier;
  const { step, slots } = state.optimizer;
  const names = Object.keys(slots);
  return fileParts(
    checkpointTensors(network, state.progress.recipe, names),
    {
      [checkpointKey]: formatVersion,
      ...describeClassifier(classifier),
      [checkpointKeys.progress]: asText(trainingProgressSchema, state.progress, "training's progress"),
      [checkpointKeys.optimizer]: asText(optimizerStateSchema, { step, slots: names }, "optimizer's state"),
      [checkpointKeys.settings]: asText(settingsSchema, settings, 'settings'),
    },
    ({ name, id, shape, role, from }) => {
      const map = typeof from === 'string' ? variables[from] : slots[from.slot];
      return valuesOf(network.name, { id: name, shape, role }, map?.get(id));
    },
  ).parts;
}
