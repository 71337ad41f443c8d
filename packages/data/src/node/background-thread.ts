import { Worker } from 'node:worker_threads';
import { ResNetError } from '@resnetjs/core/network';

interface Pending<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** What a thread's program answers to `{ id, job }`. */
export type Reply<Result> = { id: number; result: Result } | { id: number; error: unknown };

/** What a thread runs, and what it is called. */
interface ThreadOptions {
  /** The file beside this one that runs on the thread, without its ending. */
  readonly program: string;
  readonly name: string;
  /** What it does, for messages: "decodes images". */
  readonly task: string;
}

/**
 * A function that does jobs on a thread of its own. The thread starts with the first job, and keeps no idle process alive. Throws what
 * the program throws, and `file-system` if the thread ends.
 */
export function backgroundThread<Job, Result>({ program, name, task }: ThreadOptions) {
  // The built program, even when this file runs from source: threads cannot run TypeScript.
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/node/' : './';
  const url = new URL(`${folder}${program}.js`, import.meta.url);
  const pending = new Map<number, Pending<Result>>();
  let worker: Worker | null = null;
  let jobs = 0;

  const start = () => {
    const started = new Worker(url, { name, execArgv: [] });
    started.on('message', (reply: Reply<Result>) => {
      const request = pending.get(reply.id);
      pending.delete(reply.id);
      if (pending.size === 0) started.unref();
      if ('result' in reply) request?.resolve(reply.result);
      else request?.reject(reply.error);
    });
    const ended = (cause: unknown) => {
      if (worker !== started) return;
      worker = null;
      const message = `The thread that ${task} stopped unexpectedly (${String(cause)}).`;
      for (const { reject } of pending.values())
        reject(new ResNetError('file-system', message, {}, { cause }));
      pending.clear();
    };
    started.on('error', ended);
    started.on('exit', (code) => ended(`code ${code}`));
    return started;
  };

  return (job: Job): Promise<Result> => {
    worker ??= start();
    const own = worker;
    return new Promise((resolve, reject) => {
      const id = jobs++;
      pending.set(id, { resolve, reject });
      own.ref();
      own.postMessage({ id, job });
    });
  };
}
