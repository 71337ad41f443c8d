// Runs shards, one at a time, until it is stopped: node worker.js
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { connection, isDone, queueName } from './queue.js';

const [command, ...before] = (process.env.RESNET ?? 'npx resnet').split(' ');

/** In a process of its own: BullMQ takes a worker whose event loop is blocked for dead, and gives its job to another. */
function resnet(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve();
      else reject(new Error(`resnet ${args[0]} ended with ${code}`));
    });
  });
}

const worker = new Worker(
  queueName,
  async ({ data }) => {
    const { model, source, out, index, count } = data;
    if (isDone(data)) return; // a job may come twice
    const shard = ['--shard', `${index}/${count}`, '--threads', '1', '--on-error', 'skip'];
    await resnet(['predict', model, source, '--out', out, ...shard]);
  },
  { connection },
);
worker.on('error', () => {}); // Redis is away: the connection is tried again
worker.on('failed', (job, error) => console.error(`shard ${job?.data.index}: ${error.message}`));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await Promise.race([worker.close(), wait(10_000)]); // without Redis it would wait for ever
    process.exit(0);
  });
}
