import { Worker } from 'node:worker_threads';
import { ResNetError } from '@resnetjs/core/network';
import type { DecodedFiles, DecodeJob } from './decode-files.js';
import { loadSharp } from './optional-package.js';

interface Pending {
  resolve(decoded: DecodedFiles): void;
  reject(error: unknown): void;
}

type Reply = { id: number; decoded: DecodedFiles } | { id: number; error: unknown };

/** The built worker, even when this file runs from source: threads cannot run TypeScript. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/node/decode-worker.js' : './decode-worker.js',
  import.meta.url,
);

const pending = new Map<number, Pending>();
let worker: Worker | null = null;
let jobs = 0;

/** `decodeFiles` on a thread that all datasets share, and that keeps no idle process alive. */
export async function decodeInBackground(job: DecodeJob): Promise<DecodedFiles> {
  await loadSharp(); // on the main thread, so that its library stays while threads that use it come and go
  worker ??= startWorker();
  const own = worker;
  return new Promise((resolve, reject) => {
    const id = jobs++;
    pending.set(id, { resolve, reject });
    own.ref();
    own.postMessage({ id, job });
  });
}

function startWorker(): Worker {
  const started = new Worker(program, { name: 'resnetjs-decoder', execArgv: [] });
  started.on('message', (reply: Reply) => {
    const request = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0) started.unref();
    if ('decoded' in reply) request?.resolve(reply.decoded);
    else request?.reject(reply.error);
  });
  const ended = (cause: unknown) => {
    if (worker !== started) return;
    worker = null;
    const message = `The thread that decodes images stopped unexpectedly (${String(cause)}).`;
    for (const { reject } of pending.values()) reject(new ResNetError('file-system', message, {}, { cause }));
    pending.clear();
  };
  started.on('error', ended);
  started.on('exit', (code) => ended(`code ${code}`));
  return started;
}
