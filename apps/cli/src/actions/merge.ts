import { mergeShards } from '../jobs/merge-shards.js';
import { manifestPath } from '../jobs/manifest.js';
import { printJson } from '../json/print-json.js';
import type { MergeCommandOptions } from '../options/command-options.js';
import { count, plural, shown } from '../terminal/format.js';

/** Joins the shards of a job. */
export async function merge(
  out: string,
  files: readonly string[],
  { json }: MergeCommandOptions,
): Promise<void> {
  const { manifest, shards } = await mergeShards(out, files);
  const { answered, failed } = manifest.images;
  const images = answered + failed;
  if (json)
    return printJson('merge', { file: out, manifest: manifestPath(out), shards, images, answered, failed });
  process.stdout.write(
    [
      `merged      ${plural(shards, 'shard')}, which agree, and have each of ${plural(images, 'image')} once`,
      ...(failed > 0 ? [`unreadable  ${count(failed)} of them`] : []),
      `written     ${shown(out, 200)}`,
      `manifest    ${shown(manifestPath(out), 200)}`,
      '',
    ].join('\n'),
  );
}
