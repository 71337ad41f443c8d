import { createHash } from 'node:crypto';
import { sameRounding } from '@resnetjs/backend';
import { type Model, parameters } from '@resnetjs/core';
import { z } from 'zod';

/** What the answers of a job depend on: jobs of which all this is the same give the same answers. */
export const jobSchema = z.strictObject({
  command: z.enum(['predict', 'embed']),
  version: z.string(),
  network: z.string(),
  /** Of all weights and statistics, by their values. */
  weights: z.string(),
  classes: z.string(),
  /** Of the names of all images, sorted, each with a line's end. */
  images: z.strictObject({ count: z.int().min(1), sha256: z.string() }),
  shard: z.strictObject({ index: z.int().min(1), count: z.int().min(1) }).nullable(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  preprocessing: z.record(z.string(), z.unknown()),
  backend: z.string(),
  computedWith: z.string(),
});
export type Job = z.infer<typeof jobSchema>;

const words: Readonly<Record<keyof Job, string>> = {
  command: 'command',
  version: 'version of resnet',
  network: 'network',
  weights: 'weights (by their SHA-256)',
  classes: 'names of the classes (by their SHA-256)',
  images: 'images (their number, and the SHA-256 of their sorted names)',
  shard: 'shard',
  options: 'options',
  preprocessing: 'preprocessing',
  backend: 'backend',
  computedWith: 'instructions',
};

/** In what two jobs differ, in words; nothing if they give the same answers. */
export function differences(one: Job, other: Job, ignored: readonly (keyof Job)[] = []): string[] {
  return (Object.keys(words) as (keyof Job)[]).flatMap((key) => {
    const [a, b] = [one[key], other[key]];
    const isSame =
      key === 'computedWith' ? sameRounding(String(a), String(b)) : JSON.stringify(a) === JSON.stringify(b);
    return isSame || ignored.includes(key) ? [] : [`${words[key]}: ${inWords(a)} and ${inWords(b)}`];
  });
}

const inWords = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

export const hashOf = (texts: Iterable<string>): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\n`);
  return hash.digest('hex');
};

/** Of a network's variables, by their values, in the order of its parameters. */
export async function hashOfVariables({ network, variables }: Model): Promise<string> {
  const hash = createHash('sha256');
  for (const { id } of parameters(network)) {
    const values = await (variables.weights.get(id) ?? variables.statistics.get(id))?.data();
    if (values === undefined) continue;
    hash.update(`${id}\n`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
