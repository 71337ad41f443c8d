import { type Batch, batches, type Dataset } from '@resnetjs/data';
import type { Recipe } from '@resnetjs/recipe';

/** The batches of an epoch, as many at a time as a step adds up the gradients of. */
export async function* stepBatches(
  data: Dataset,
  { recipe, order }: { readonly recipe: Recipe; readonly order: Uint32Array },
): AsyncGenerator<readonly Batch[], void, void> {
  const { batchSize, accumulate = 1 } = recipe;
  let group: Batch[] = [];
  for await (const batch of batches(data, { batchSize, order })) {
    group.push(batch);
    if (group.length < accumulate) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
