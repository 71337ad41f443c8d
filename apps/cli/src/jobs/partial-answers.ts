import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ClassProbability, ResNetError } from '@resnetjs/core';
import { type FolderLock, lockFolder, writeFileAtomically } from '@resnetjs/weights/node';
import { type Job, differences, jobSchema } from './job.js';

/** What is kept of an image, on a line of its own: why it can't be read; its classes; or its features. */
export interface AnswerLine {
  readonly image: string;
  readonly error?: string;
  readonly predictions?: readonly ClassProbability[];
  /** Of all classes, in their order. */
  readonly probabilities?: readonly number[];
  /** The bytes of its numbers, in base64. */
  readonly vector?: string;
}

const jobFile = 'job.json';
const linesFile = 'answers.jsonl';

/** The folder of a job that isn't finished, beside the file that it will write. */
export const partialPath = (out: string): string => `${out}.partial`;

/** The answers of a job while it runs: a line for each image, which a process that is killed leaves whole but for the last. */
export class PartialAnswers {
  /** How many images were answered before this process. */
  readonly before: number;
  readonly #folder: string;
  readonly #lock: FolderLock;
  #handle: FileHandle | null;
  #isEmpty: boolean;

  private constructor(
    folder: string,
    { before, lock, handle }: { before: number; lock: FolderLock; handle: FileHandle },
  ) {
    this.#folder = folder;
    this.before = before;
    this.#lock = lock;
    this.#handle = handle;
    this.#isEmpty = before === 0;
  }

  /**
   * Begins a job, or goes on with it, whose images are these, in their order. Throws `file-system` if another process is at it, and
   * `bad-option` if what is there is of another job.
   */
  static async open(out: string, job: Job, ids: readonly string[]): Promise<PartialAnswers> {
    const folder = partialPath(out);
    await mkdir(folder, { recursive: true });
    const lock = await lockFolder(folder, {
      signOfLife: () => signOfLife(join(folder, linesFile)),
      onWait: (message) => process.stderr.write(`waiting: ${message}\n`),
    });
    try {
      const [jobPath, lines] = [join(folder, jobFile), join(folder, linesFile)];
      let before = 0;
      const isBegun = ((await stat(lines).catch(() => null))?.size ?? 0) > 0;
      if (isBegun && existsSync(jobPath)) {
        const found = jobSchema.safeParse(
          await readFile(jobPath, 'utf8')
            .then(JSON.parse)
            .catch(() => null),
        );
        const differing = found.success ? differences(found.data, job) : ['it can’t be read'];
        if (differing.length > 0) {
          const message = `${folder} holds the answers of another job, which isn't finished:\n  ${differing.join('\n  ')}\nRemove it to begin anew, or choose another --out.`;
          throw new ResNetError('bad-option', message, { folder, differing });
        }
        before = await keepWhole(lines, ids);
      } else {
        await rm(lines, { force: true });
        await writeFileAtomically(jobPath, Buffer.from(`${JSON.stringify(job)}\n`));
      }
      return new PartialAnswers(folder, { before, lock, handle: await open(lines, 'a') });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Throws `file-system` if another process has taken it for dead. */
  async append(answers: readonly AnswerLine[]): Promise<void> {
    await this.#lock.check();
    try {
      await this.#handle?.appendFile(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const reason = code === 'ENOSPC' ? 'there is no room left on the disk' : message;
      throw new ResNetError(
        'file-system',
        `${this.#folder} can't be written to: ${reason}. What is answered stays: the same command goes on.`,
        { folder: this.#folder, code },
        { cause },
      );
    }
    this.#isEmpty = this.#isEmpty && answers.length === 0;
  }

  /** All answers, from the first on. */
  read(): AsyncIterable<AnswerLine> {
    return answersIn(join(this.#folder, linesFile));
  }

  /** Ends it for now; what is answered stays, and nothing of a job without answers. */
  async close(): Promise<void> {
    if (this.#handle === null) return;
    await this.#handle.sync().catch(() => {}); // a full disk has been reported
    await this.#handle.close();
    this.#handle = null;
    if (this.#isEmpty) await rm(this.#folder, { recursive: true, force: true });
    this.#lock.release();
  }

  async remove(): Promise<void> {
    this.#isEmpty = true;
    await this.close();
  }
}

/** Changes with each batch that a process of any machine answers. */
async function signOfLife(path: string): Promise<string> {
  const status = await stat(path).catch(() => null);
  return `${status?.size} ${status?.mtimeMs}`;
}

/** The answers in a file of JSON lines. */
export async function* answersIn(path: string): AsyncGenerator<AnswerLine, void, void> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) yield JSON.parse(line) as AnswerLine;
}

/** Cuts off what is no whole line of the next image, and counts the rest. */
async function keepWhole(path: string, ids: readonly string[]): Promise<number> {
  if (!existsSync(path)) return 0;
  let [count, bytes, rest] = [0, 0, Buffer.alloc(0)];
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (imageOf(rest.subarray(0, end)) !== ids[count] || count >= ids.length) {
        await truncate(path, bytes);
        return count;
      }
      count++;
      bytes += end + 1;
      rest = rest.subarray(end + 1);
    }
  }
  await truncate(path, bytes);
  return count;
}

function imageOf(line: Buffer): unknown {
  try {
    return (JSON.parse(line.toString('utf8')) as AnswerLine).image;
  } catch {
    return undefined;
  }
}
