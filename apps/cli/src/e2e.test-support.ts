import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** The built command line. */
export const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `resnet` in a folder; `started` may talk to it on the way. */
export function resnetIn(folder: string) {
  return (args: readonly string[], started?: (child: ChildProcess) => void): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], { cwd: folder });
      const outcome = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8').on('data', (text) => {
          outcome[stream] += text;
        });
      }
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...outcome }));
      started?.(child);
    });
}

/** A folder with a folder for each class, each with so many plain pictures. */
export async function writePictures(
  folder: string,
  name: string,
  classes: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [index, [each, count]] of Object.entries(classes).entries()) {
    mkdirSync(join(folder, name, each), { recursive: true });
    for (let i = 0; i < count; i++) {
      const background = { r: 60 * index, g: 255 - 60 * index, b: 20 * i };
      const picture = sharp({ create: { width: 24, height: 18, channels: 3, background } });
      await picture.jpeg().toFile(join(folder, name, each, `${i}.jpg`));
    }
  }
}
