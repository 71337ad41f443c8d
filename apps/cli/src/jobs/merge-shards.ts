import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { compareNames } from '@resnetjs/data';
import { formatOf, formatsOf } from './answer-files.js';
import { differences, hashOf, type Job } from './job.js';
import { type Manifest, manifestEnd, manifestPath, readManifest, whatIsWrong } from './manifest.js';
import { type AnswerLine, answersIn, partialPath } from './partial-answers.js';
import { type Shard, shardOfName } from './shard.js';
import { writeAnswers } from './write-answers.js';

/** A shard's file, whose manifest is whole. */
interface WholeShard {
  readonly path: string;
  readonly manifest: Manifest;
  readonly shard: Shard;
}

/**
 * Joins shards: proves that their manifests agree, that their files are as they were written, and that each image is there once; and writes
 * the answers as a job without shards would have. Without `files`, those beside `out` that its shards are called. Throws
 * `bad-data`, which names all that is wrong.
 */
export async function mergeShards(
  out: string,
  files: readonly string[],
): Promise<{ manifest: Manifest; shards: number }> {
  const given = files.filter((path) => !path.endsWith(manifestEnd)); // as a pattern gives them, too
  const paths = given.length > 0 ? given : await shardsBeside(out);
  const problems: string[] = [];
  const shards: WholeShard[] = [];
  for (const path of paths) {
    const found = await wholeShard(path);
    if (typeof found === 'string') problems.push(found);
    else shards.push(found);
  }
  const named = paths.flatMap((path) => shardOfName(basename(path), out)?.index ?? []);
  problems.push(...disagreements(shards, named));
  if (problems.length > 0) throw notWhole(out, problems);
  shards.sort((one, other) => one.shard.index - other.shard.index);
  const [first] = shards as [WholeShard, ...WholeShard[]];
  await checkImages(out, shards, first.manifest.job);
  const job: Job = { ...first.manifest.job, shard: null };
  const format = formatOf(out, formatsOf[job.command](job.options));
  const manifest = await writeAnswers(out, { format, job, read: () => linesOf(shards) });
  return { manifest, shards: shards.length };
}

async function shardsBeside(out: string): Promise<string[]> {
  const folder = dirname(out);
  const names = new Set<string>();
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (shardOfName(name, out) !== null) names.add(name.replace(/\.(manifest\.json|partial)$/, ''));
  }
  if (names.size > 0) return [...names].sort(compareNames).map((name) => join(folder, name));
  const message = `There are no shards of ${out}: files that --shard wrote beside it, or give them.`;
  throw new ResNetError('bad-data', message, { out });
}

/** A file's shard, or what is wrong with it. */
async function wholeShard(path: string): Promise<WholeShard | string> {
  const manifest = await readManifest(path);
  if (manifest === null) {
    if (existsSync(partialPath(path))) return `${path} is not finished: run its shard again, which goes on`;
    return existsSync(path)
      ? `${path} has no manifest, ${basename(manifestPath(path))}`
      : `${path} is missing`;
  }
  const wrong = await whatIsWrong(path, manifest);
  if (wrong !== null) return wrong;
  const { shard } = manifest.job;
  if (shard === null) return `${path} is no shard: it has the answers of all images`;
  return { path, manifest, shard };
}

/** In what shards do not belong together; `named` are those of which something is there already. */
function disagreements(shards: readonly WholeShard[], named: readonly number[]): string[] {
  const problems: string[] = [];
  const [first] = shards;
  if (first === undefined) return problems;
  const byIndex = new Map<number, WholeShard>();
  for (const each of shards) {
    const differing = differences(first.manifest.job, each.manifest.job, ['shard']);
    if (each.shard.count !== first.shard.count)
      differing.push(`shards: ${first.shard.count} and ${each.shard.count}`);
    if (differing.length > 0)
      problems.push(`${each.path} is of another job than ${first.path}: ${differing.join('; ')}`);
    const same = byIndex.get(each.shard.index);
    if (same !== undefined) problems.push(`${each.path} and ${same.path} are both shard ${each.shard.index}`);
    byIndex.set(each.shard.index, each);
  }
  const missing = Array.from({ length: first.shard.count }, (_, i) => i + 1).filter(
    (index) => !byIndex.has(index) && !named.includes(index),
  );
  if (missing.length > 0) problems.push(`shard ${missing.join(', ')} of ${first.shard.count} is missing`);
  return problems;
}

/** Throws `bad-data` unless the shards hold each image of the job once. */
async function checkImages(out: string, shards: readonly WholeShard[], { images }: Job): Promise<void> {
  const ids: string[] = [];
  for await (const { image } of linesOf(shards)) ids.push(image);
  ids.sort(compareNames);
  const twice = ids.find((id, index) => id === ids[index + 1]);
  if (twice !== undefined) throw notWhole(out, [`${twice} is there twice`]);
  if (ids.length !== images.count) throw notWhole(out, [`there are ${ids.length} of ${images.count} images`]);
  if (hashOf(ids) !== images.sha256) throw notWhole(out, ['the images are not those of the job']);
}

async function* linesOf(shards: readonly WholeShard[]): AsyncGenerator<AnswerLine, void, void> {
  for (const { path } of shards) yield* answersIn(path);
}

function notWhole(out: string, problems: readonly string[]): ResNetError {
  const message = `The shards of ${out} can't be merged:\n  ${problems.join('\n  ')}`;
  return new ResNetError('bad-data', message, { out, problems });
}
