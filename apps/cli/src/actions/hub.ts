import { type CachedWeights, type HubWeights, hubWeights } from '@resnetjs/weights';
import { cachedWeights, hubFolder } from '@resnetjs/weights/node';
import { printJson } from '../json/print-json.js';
import type { HubCommandOptions } from '../options/command-options.js';
import { networkNames } from '../options/network-options.js';
import { unknownName } from '../options/unknown-name.js';
import { networksLister } from '../networks/build-network.js';
import { formatHub, type ListedWeights } from '../terminal/hub.js';
import { paintFor } from '../terminal/paint.js';
import { columnsOf, wrapped } from '../terminal/wrapped.js';

/** Prints the published weights, of one network or of all, and what of them is in the cache. Asks no server. */
export async function hub(network: string | undefined, options: HubCommandOptions): Promise<void> {
  if (network !== undefined && !networkNames.some((known) => known === network)) {
    unknownName('network', network, networkNames, { lister: networksLister });
  }
  const cached = await cachedWeights();
  const published = hubWeights();
  const listed = [
    ...published.map((row) => listedRow(row, cached)),
    ...listedOthers(published, cached),
  ].filter(
    (each) =>
      (network === undefined || each.row?.network === network) &&
      (options.source === undefined || each.row?.source === options.source) &&
      (!options.cached || each.cached !== null),
  );
  if (options.json) return printJson('hub', { cache: hubFolder(), weights: listed.map(describe) });
  process.stdout.write(`${words(listed, network)}\n`);
}

function words(listed: readonly ListedWeights[], network: string | undefined): string {
  const columns = columnsOf(process.stdout);
  if (listed.length === 0) {
    const of = network === undefined ? '' : ` of ${network}`;
    return wrapped(`There are no such weights${of}. The cache is ${hubFolder()}.`, { columns });
  }
  const table = formatHub(listed, { columns, paint: paintFor(process.stdout) });
  const whole = listed.flatMap(({ cached }) => cached ?? []);
  const untried = listed.some(({ row }) => row?.tried === false)
    ? ' Downloads are tested with a server of our own; none of these sources could be reached for a trial.'
    : '';
  const note = `Accuracy on ImageNet is as published.${untried} ${cacheNote(whole)}`;
  return `${table}\n\n${wrapped(note, { columns })}`;
}

function cacheNote(cached: readonly CachedWeights[]): string {
  return cached.length === 0
    ? `None of these is in the cache, ${hubFolder()}.`
    : `The cache is ${hubFolder()}.`;
}

/** Of a repository on Hugging Face, the commit that the cache has is part of its name there. */
function withoutCommit(name: string): string {
  return name.startsWith('hf:') ? name.replace(/@[0-9a-f]{40}$/, '') : name;
}

function listedRow(row: HubWeights, cached: readonly CachedWeights[]): ListedWeights {
  const own = cached.filter(({ name }) => withoutCommit(name) === row.name);
  return { name: row.name, row, cached: own.find(({ isPartial }) => !isPartial) ?? own[0] ?? null };
}

/** What is in the cache beside published weights, such as a user's own repository. */
function listedOthers(
  published: readonly HubWeights[],
  cached: readonly CachedWeights[],
): readonly ListedWeights[] {
  const names = new Set(published.map(({ name }) => name));
  return cached
    .filter(({ name }) => !names.has(withoutCommit(name)))
    .map((each) => ({ name: each.name, row: null, cached: each }));
}

function describe({ name, row, cached }: ListedWeights) {
  return {
    name,
    network: row?.network ?? null,
    source: row?.source ?? null,
    isDefault: row?.isDefault ?? false,
    bytes: row?.bytes ?? null,
    accuracy: row?.accuracy ?? null,
    license: row?.license ?? null,
    url: row?.url ?? null,
    tried: row?.tried ?? false,
    cached: cached && {
      name: cached.name,
      bytes: cached.bytes,
      isPartial: cached.isPartial,
      files: cached.files,
    },
  };
}
