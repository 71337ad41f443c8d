import { fitImage, type ImageFailure, type ImageSource } from '@resnetjs/core/images';
import { ResNetError } from '@resnetjs/core/network';
import { batchesAhead } from '../batches-ahead.js';
import { decodeImage } from './decode-image.js';

/** A file as a form or a drop gives it. */
type GivenFile = Blob & { readonly name?: string; readonly webkitRelativePath?: string };

/**
 * The images of files, in their order, called by their paths in a chosen folder or by their names: JPEG, PNG and WebP images, read
 * when they are needed. Throws `bad-option` for no files.
 *
 * @example
 * for await (const { id, probabilities, error } of predictAll(classifier, imagesFrom(input.files))) {
 *   console.log(id, error?.message ?? topClasses(classifier.classes, probabilities, 1));
 * }
 */
export function imagesFrom(given: Iterable<GivenFile>): ImageSource {
  const files = [...given];
  if (files.length === 0) throw new ResNetError('bad-option', 'There are no files.');
  const ids = files.map(
    ({ name = 'image', webkitRelativePath: path }, index) => path || name || String(index),
  );
  return {
    ids,
    batches: ({ shape, fitting, ...range }) =>
      batchesAhead(ids, range, 1, async (start, end) => {
        const size = shape[0] * shape[1] * shape[2];
        const images = new Uint8Array((end - start) * size); // [end - start, height, width, channels]
        const failures: ImageFailure[] = [];
        for (const [position, file] of files.slice(start, end).entries()) {
          try {
            images.set(fitImage(await decodeImage(file), shape, fitting), position * size);
          } catch (error) {
            if (!(error instanceof ResNetError)) throw error;
            failures.push({ position, error });
          }
        }
        return { images, failures };
      }),
  };
}
