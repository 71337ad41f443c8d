import { embedAll, type EmbeddedImage } from '@resnetjs/core';
import { checkOut, runImagesJob } from '../jobs/images-job.js';
import type { AnswerLine } from '../jobs/partial-answers.js';
import { withImages } from '../jobs/with-images.js';
import { printJson } from '../json/print-json.js';
import { describeModel } from '../networks/describe-model.js';
import type { EmbedCommandOptions } from '../options/command-options.js';
import { leftOutLines } from '../terminal/data-notes.js';
import { jobEndLines, outOf } from '../terminal/job-end.js';

/** Writes the features of images. */
export async function embed(
  model: string,
  named: readonly string[],
  options: EmbedCommandOptions & { readonly out: string },
): Promise<void> {
  const { at, normalize = false, out, json } = options;
  checkOut(out, 'embed', options);
  await withImages(model, named, options, async (found) => {
    const { classifier, images } = found;
    const end = await runImagesJob({
      ...{ command: 'embed', ...found, out, options },
      settings: { at, normalize },
      async *answer(folded, source, run) {
        for await (const answer of embedAll(folded, source, { ...run, at, normalize })) yield lineOf(answer);
      },
    });
    if (end === null) return;
    if (json) {
      const { vectorLength } = end.manifest;
      return printJson('embed', {
        ...{ model: describeModel(classifier), leftOut: images.leftOut, vectorLength, out: outOf(end) },
      });
    }
    const shape = `vectors     of ${end.manifest.vectorLength} numbers, at ${at}${normalize ? ', of length 1' : ''}`;
    process.stdout.write(`${[...leftOutLines(images.leftOut), shape, ...jobEndLines(end)].join('\n')}\n`);
  });
}

function lineOf({ id, vector, error }: EmbeddedImage): AnswerLine {
  if (error) return { image: id, error: error.message };
  const { buffer, byteOffset, byteLength } = vector;
  return { image: id, vector: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}
