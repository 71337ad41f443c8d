import type { ImagesJobEnd } from '../jobs/images-job.js';
import { manifestPath } from '../jobs/manifest.js';
import { idsPath } from '../jobs/write-answers.js';
import type { Output } from '../json/outputs.js';
import { count, duration, imagesPerSecond, plural, shown } from './format.js';

/** What to say when a job's answers are written. */
export function jobEndLines({ out, shard, images, before, seconds, manifest }: ImagesJobEnd): string[] {
  const { answered, failed } = manifest.images;
  const part = shard === null ? '' : `, shard ${shard.index} of ${shard.count}`;
  const here = images - before;
  const reasons = manifest.beside.length > 0 ? idsPath(out) : out;
  const speed = seconds === null ? '' : ` in ${duration(seconds)} (${imagesPerSecond(here / seconds)})`;
  return [
    seconds === null
      ? `nothing to do: ${shown(out, 200)} has the answers for ${plural(images, 'image')} already${part}`
      : `answered    ${count(answered)} of ${plural(images, 'image')}${part}${before > 0 ? `, ${count(here)} of them now,` : ''}${speed}`,
    ...(failed > 0 ? [`unreadable  ${plural(failed, 'image')}: ${shown(reasons, 200)} says why`] : []),
    `written     ${shown(out, 200)}`,
    `manifest    ${shown(manifestPath(out), 200)}`,
  ];
}

/** The same with --json. */
export function outOf({
  out,
  shard,
  images,
  before,
  seconds,
  manifest,
}: ImagesJobEnd): NonNullable<Output<'predict'>['out']> {
  const { answered, failed } = manifest.images;
  return { file: out, manifest: manifestPath(out), shard, images, answered, failed, before, seconds };
}
