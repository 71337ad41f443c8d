import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { z } from 'zod';
import { failure, type OutputName, outputs } from '../json/outputs.js';

/** The built command line. */
export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const resident = fileURLToPath(new URL('../../dist/e2e/resident.test-support.js', import.meta.url));

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

/** Without what npm tells the scripts that it runs, these tests among them. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Throws unless each line that a command printed is what docs/json.md says. */
function checkJson(args: readonly string[], stdout: string): void {
  const words = args.filter((each) => !each.startsWith('-'));
  const names = Object.keys(outputs) as OutputName[];
  const name =
    names.find((each) => each === words.slice(0, 2).join(' ')) ?? names.find((each) => each === words[0]);
  const schema = name === undefined ? failure : z.union([outputs[name].schema, failure]);
  const lines = stdout.split('\n').slice(0, -1); // a process that is killed leaves the last one incomplete
  for (const line of lines) {
    const { error } = schema.safeParse(JSON.parse(line));
    if (error) throw new Error(`resnet ${name} printed ${line.slice(0, 500)}\n${z.prettifyError(error)}`);
  }
}

/** Runs `resnet` in a folder, and holds what it prints with --json to its schema. `started` gets the process, and `moment` happens in it. */
export function resnetIn(folder: string, variables: NodeJS.ProcessEnv = {}) {
  return (
    args: readonly string[],
    started?: (child: ChildProcess) => void,
    moment?: Moment,
  ): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const options = moment ? ['--import', moduleFor(moment)] : [];
      const child = spawn(process.execPath, [...options, program, ...args], {
        cwd: folder,
        env: { ...environment, ...variables },
      });
      const outcome = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8').on('data', (text) => {
          outcome[stream] += text;
        });
      }
      child.once('error', reject);
      child.once('close', (code) => {
        try {
          if (args.includes('--json')) checkJson(args, outcome.stdout);
          resolve({ code, ...outcome });
        } catch (error) {
          reject(error);
        }
      });
      started?.(child);
    });
}

/**
 * Runs commands as `resnetIn` does, in one process that goes on, one after the other: for what no start, end or signal of a process has a
 * part in. `end` ends it.
 */
export function residentIn(folder: string, variables: NodeJS.ProcessEnv = {}) {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (args: readonly string[]) => {
    // Without the options of the tests' own process, which reads sources.
    child ??= fork(resident, { cwd: folder, env: { ...environment, ...variables }, execArgv: [] }).once(
      'exit',
      () => {
        child = undefined;
      },
    );
    const process = child;
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const gone = () => reject(new Error(`resnet ${args.join(' ')} ended the process`));
      process.once('exit', gone).once('message', (message) => {
        process.off('exit', gone);
        resolve(message as Outcome);
      });
      process.send([...args]);
    });
    if (args.includes('--json')) checkJson(args, outcome.stdout);
    return outcome;
  };
  const run = (args: readonly string[]): Promise<Outcome> => {
    const asked = last.then(() => ask(args));
    last = asked.catch(() => {});
    return asked;
  };
  const end = () =>
    new Promise<void>((resolve) => {
      if (child === undefined) return resolve();
      child.once('exit', () => resolve()).disconnect();
    });
  return { run, line: (text: string) => run(text.split(' ')), end };
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

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
