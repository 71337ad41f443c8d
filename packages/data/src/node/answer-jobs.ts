import { parentPort } from 'node:worker_threads';
import type { Reply } from './background-thread.js';

/** On a thread that `backgroundThread` started: does each job, and hands over the memory that `transferred` finds in its result. */
export function answerJobs<Job, Result>(
  run: (job: Job) => Result | Promise<Result>,
  transferred: (result: Result) => ArrayBuffer,
): void {
  parentPort?.on('message', async ({ id, job }: { id: number; job: Job }) => {
    const answer = (reply: Reply<Result>, memory: ArrayBuffer[]) => parentPort?.postMessage(reply, memory);
    try {
      const result = await run(job);
      answer({ id, result }, [transferred(result)]);
    } catch (error) {
      answer({ id, error }, []);
    }
  });
}
