import type { Classifier } from '@resnetjs/core';
import { breathe } from './breathe.js';
import { checkFinite } from './checks.js';
import { evaluateChecked } from './evaluate.js';
import type { Inputs } from './network-inputs.js';
import type { TrainEvent, UnaveragedFigures } from './train-events.js';
import { bestEpoch, type EpochRecord, type EvaluationSummary, type Recipe } from '@resnetjs/recipe';

/** Yields the events of the validation after an epoch, and returns its result; undefined if the signal stopped it. Throws `not-finite`. */
export async function* validate(
  classifier: Classifier,
  validation: Inputs,
  options: {
    epoch: number;
    recipe: Recipe;
    signal: AbortSignal | undefined;
    /** The epochs before. */
    history: readonly EpochRecord[];
    /** What the weights have that aren't averaged, if the classifier's are. */
    unaveraged?: UnaveragedFigures;
  },
): AsyncGenerator<TrainEvent, EvaluationSummary | undefined, void> {
  const { epoch, recipe, signal, history, unaveraged } = options;
  const { batchSize } = recipe;
  let evaluated: EvaluationSummary | undefined;
  if (signal?.aborted) return evaluated;
  const check = (loss: number) =>
    checkFinite(loss, { what: 'validation loss', at: `after epoch ${epoch}`, recipe });
  const settings = { batchSize, ...(signal ? { signal } : {}) };
  for await (const event of evaluateChecked(classifier, validation, settings, check)) {
    if (event.event === 'progress') {
      const batch = Math.ceil(event.images / batchSize);
      yield {
        event: 'progress',
        of: 'validation',
        epoch,
        batch,
        batches: Math.ceil(event.total / batchSize),
      };
    } else {
      const { event: _done, ...evaluation } = event;
      const { loss, accuracy, images } = evaluation;
      evaluated = { loss, accuracy, images };
      const best = bestEpoch([...history, { validation: evaluated }])?.epoch === history.length + 1;
      yield { event: 'validation', epoch, best, ...evaluation, ...(unaveraged && { unaveraged }) };
    }
    await breathe();
  }
  return evaluated;
}
