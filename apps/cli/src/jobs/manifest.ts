import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { z } from 'zod';
import { jobSchema } from './job.js';

const fileSchema = z.strictObject({ file: z.string(), bytes: z.int().min(0), sha256: z.string() });

/** What a finished job wrote. It is written last: where it stands, the files are whole. */
export const manifestSchema = z.strictObject({
  job: jobSchema,
  /** The answers; and what belongs beside them, by name in the same folder. */
  output: fileSchema,
  beside: z.array(fileSchema),
  images: z.strictObject({ answered: z.int().min(0), failed: z.int().min(0) }),
  vectorLength: z.int().min(0),
});
export type Manifest = z.infer<typeof manifestSchema>;
type FileOfManifest = Manifest['output'];

export const manifestEnd = '.manifest.json';
export const manifestPath = (out: string): string => out + manifestEnd;

/** null if there is none. Throws `bad-file` for a damaged one. */
export async function readManifest(out: string): Promise<Manifest | null> {
  const path = manifestPath(out);
  if (!existsSync(path)) return null;
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const found = manifestSchema.safeParse(value);
  if (found.success) return found.data;
  throw new ResNetError(
    'bad-file',
    `${path} is no manifest of answers, or damaged. Remove it, and run its job again.`,
    { path },
  );
}

/** Why the files of a manifest are not what it says; null if they are. */
export async function whatIsWrong(out: string, { output, beside }: Manifest): Promise<string | null> {
  for (const { file, bytes, sha256 } of [{ ...output, file: basename(out) }, ...beside]) {
    const path = join(dirname(out), basename(file));
    const size = (await stat(path).catch(() => null))?.size;
    if (size === undefined) return `${path} is missing`;
    if (size !== bytes) return `${path} has ${size} bytes, and was written with ${bytes}`;
    if ((await hashOfFile(path)) !== sha256) return `${path} is not as it was written: its checksum differs`;
  }
  return null;
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

/** Writes a file atomically, and says what it is. */
export async function writeOutput(path: string, parts: AsyncIterable<Uint8Array>): Promise<FileOfManifest> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted() {
    for await (const part of parts) {
      hash.update(part);
      bytes += part.length;
      yield part;
    }
  }
  await writeFileAtomically(path, counted());
  return { file: basename(path), bytes, sha256: hash.digest('hex') };
}

export const writeManifest = (out: string, manifest: Manifest): Promise<void> =>
  writeFileAtomically(manifestPath(out), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
