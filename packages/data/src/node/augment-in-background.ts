import type { AugmentJob } from '../augment/augment-batch.js';
import { backgroundThread } from './background-thread.js';

const augment = backgroundThread<AugmentJob, Uint8Array<ArrayBuffer>>({
  program: 'augment-worker',
  name: 'resnetjs-augmentation',
  task: 'augments images',
});

/**
 * `augmentBatch` on a thread of its own, so that the next batch is augmented while the main thread computes: the same images, to the
 * bit. The thread keeps no idle process alive. Throws `file-system` if it ends.
 *
 * @example
 * const seen = augmented(images, { augment: parseAugmentations('flip'), epoch: 1, run: augmentInBackground });
 */
export async function augmentInBackground(job: AugmentJob): Promise<Uint8Array<ArrayBuffer>> {
  const { images } = job;
  // A view is sent with all of the memory that it is a part of.
  const own = images.byteLength === images.buffer.byteLength ? images : images.slice();
  return augment({ ...job, images: own });
}
