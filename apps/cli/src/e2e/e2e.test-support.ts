import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** The built command line. */
export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Something that a process does itself at a known point of its work: what comes from outside comes at any time after it. */
export interface Moment {
  /** The text of a line on stdout that marks the moment. */
  readonly text: string;
  /** Which line with this text it is. Default: the first. */
  readonly count?: number;
  /** Statements in JavaScript, where `fs` and `childProcess` are Node's modules. */
  readonly act: string;
}

/** A module that waits for the moment, for `node --import`. */
function moduleFor({ text, count = 1, act }: Moment): string {
  const code = `
    const [fs, childProcess] = ['node:fs', 'node:child_process'].map(process.getBuiltinModule);
    const write = process.stdout.write;
    let left = ${count};
    process.stdout.write = function (line, ...rest) {
      const written = write.call(this, line, ...rest);
      if (String(line).includes(${JSON.stringify(text)}) && --left === 0) { ${act} }
      return written;
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Runs `resnet` in a folder. `started` gets the process, and `moment` happens in it. */
export function resnetIn(folder: string) {
  return (
    args: readonly string[],
    started?: (child: ChildProcess) => void,
    moment?: Moment,
  ): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const options = moment ? ['--import', moduleFor(moment)] : [];
      const child = spawn(process.execPath, [...options, program, ...args], { cwd: folder });
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

/** A folder with a subfolder for each class, each with so many plain images. */
export async function writeImages(
  folder: string,
  name: string,
  classes: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [index, [each, count]] of Object.entries(classes).entries()) {
    mkdirSync(join(folder, name, each), { recursive: true });
    for (let i = 0; i < count; i++) {
      const background = { r: 60 * index, g: 255 - 60 * index, b: 20 * i };
      const image = sharp({ create: { width: 24, height: 18, channels: 3, background } });
      await image.jpeg().toFile(join(folder, name, each, `${i}.jpg`));
    }
  }
}
