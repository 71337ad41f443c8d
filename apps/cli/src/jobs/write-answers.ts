import { extname } from 'node:path';
import type { AnswerCounts, AnswerFormat } from './answer-files.js';
import type { Job } from './job.js';
import { type Manifest, writeManifest, writeOutput } from './manifest.js';
import type { AnswerLine } from './partial-answers.js';

/** `vectors.npy` → `vectors.ids.json` */
export const idsPath = (out: string): string => `${out.slice(0, out.length - extname(out).length)}.ids.json`;

/** Writes a job's answers in their format, the names of the images beside them if the format has none, and the manifest at last. */
export async function writeAnswers(
  out: string,
  { format, job, read }: { format: AnswerFormat; job: Job; read: () => AsyncIterable<AnswerLine> },
): Promise<Manifest> {
  const counts = await countsOf(read());
  const output = await writeOutput(out, format.encode(answeredOnly(read(), format), counts));
  const beside = format.namesImages ? [] : [await writeOutput(idsPath(out), names(read()))];
  const { vectorLength, ...images } = counts;
  const manifest = { job, output, beside, images, vectorLength };
  await writeManifest(out, manifest);
  return manifest;
}

async function countsOf(lines: AsyncIterable<AnswerLine>): Promise<AnswerCounts> {
  let [answered, failed, vectorLength] = [0, 0, 0];
  for await (const line of lines) {
    if (line.error !== undefined) failed++;
    else answered++;
    if (line.vector !== undefined) vectorLength = Buffer.byteLength(line.vector, 'base64') / 4;
  }
  return { answered, failed, vectorLength };
}

async function* answeredOnly(lines: AsyncIterable<AnswerLine>, { namesImages }: AnswerFormat) {
  for await (const line of lines) if (namesImages || line.error === undefined) yield line;
}

/** `{ "images": [the name of each row], "failed": [{ "image", "error" }] }` */
async function* names(lines: AsyncIterable<AnswerLine>): AsyncGenerator<Uint8Array, void, void> {
  const failed: { image: string; error: string }[] = [];
  let separator = '{"images":[';
  for await (const { image, error } of lines) {
    if (error !== undefined) {
      failed.push({ image, error });
      continue;
    }
    yield Buffer.from(`${separator}\n${JSON.stringify(image)}`);
    separator = ',';
  }
  const start = separator === ',' ? '' : separator;
  yield Buffer.from(`${start}\n],"failed":${JSON.stringify(failed)}}\n`);
}
