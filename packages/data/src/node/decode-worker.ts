import { parentPort } from 'node:worker_threads';
import { type DecodeJob, decodeFiles } from './decode-files.js';

// Decodes on a thread of its own: while a backend computes, the main thread can neither start a decoder nor resize.

parentPort?.on('message', async ({ id, job }: { id: number; job: DecodeJob }) => {
  try {
    const decoded = await decodeFiles(job);
    parentPort?.postMessage({ id, decoded }, [decoded.images.buffer]);
  } catch (error) {
    parentPort?.postMessage({ id, error });
  }
});
