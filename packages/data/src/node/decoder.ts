import { backgroundThread } from './background-thread.js';
import type { DecodedFiles, DecodeJob } from './decode-files.js';
import { loadSharp } from './optional-package.js';

const decode = backgroundThread<DecodeJob, DecodedFiles>({
  program: 'decode-worker',
  name: 'resnetjs-decoder',
  task: 'decodes images',
});

/** `decodeFiles` on a thread that all datasets share, and that keeps no idle process alive. */
export async function decodeInBackground(job: DecodeJob): Promise<DecodedFiles> {
  await loadSharp(); // on the main thread, so that its library stays while threads that use it come and go
  return decode(job);
}
