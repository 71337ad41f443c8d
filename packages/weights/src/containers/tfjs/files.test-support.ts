import { type ByteSource, byteSource } from '../../byte-source.js';

/** A model's files by name, `model.json` among them. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** A file of JSON. */
export const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

// biome-ignore lint/suspicious/noExplicitAny: JSON that tests change at will
type ModelJson = any;

/** What a `model.json` among files says. */
export const modelJsonOf = (files: ModelFiles): ModelJson =>
  JSON.parse(new TextDecoder().decode(files.get('model.json')));

/** Files whose weights, all in one, are cut into shards of a size in bytes. */
export function inShards(files: ModelFiles, bytes: number): ModelFiles {
  const json = modelJsonOf(files);
  const [{ paths }] = json.weightsManifest;
  const all = files.get(paths[0].replace('./', '')) as Uint8Array;
  const count = Math.ceil(all.length / bytes);
  const shards = Array.from({ length: count }, (_, index): [string, Uint8Array] => [
    `group1-shard${index + 1}of${count}.bin`,
    all.slice(index * bytes, (index + 1) * bytes),
  ]);
  json.weightsManifest[0].paths = shards.map(([name]) => name);
  return new Map([['model.json', jsonBytes(json)], ...shards]);
}

/** A `model.json`, with the other files beside it. */
export function sourceOf(files: ModelFiles): ByteSource {
  return byteSource(
    files.get('model.json') as Uint8Array,
    [...files].map(([name, bytes]) => Object.assign(new Blob([new Uint8Array(bytes)]), { name })),
  );
}
