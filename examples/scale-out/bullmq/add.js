// Adds a job for each shard, waits until all are done, and merges: node add.js MODEL SOURCE OUT SHARDS
import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { connection, isDone, queueName } from './queue.js';

const [model, source, out, shards] = process.argv.slice(2);
const count = Number(shards);
const queue = new Queue(queueName, { connection });
queue.on('error', () => {}); // Redis is away: the connection is tried again

const jobs = Array.from({ length: count }, (_, i) => ({ model, source, out, index: i + 1, count }));
for (let left = jobs; left.length > 0; left = jobs.filter((job) => !isDone(job))) {
  for (const job of left) {
    // An id of its own: a job that waits or runs is not added twice. One that failed, or that Redis has lost, is added again.
    const jobId = `${out.replaceAll(':', '-')}-${job.index}-of-${count}`;
    const state = await (await queue.getJob(jobId))?.getState();
    if (state === 'failed' || state === 'completed') await queue.remove(jobId);
    await queue.add('shard', job, { jobId, attempts: 5, backoff: { type: 'exponential', delay: 1000 } });
  }
  await wait(1000);
}
await queue.close();
const resnet = process.env.RESNET ?? 'npx resnet';
process.exitCode = spawnSync(`${resnet} merge ${out}`, { shell: true, stdio: 'inherit' }).status ?? 1;
