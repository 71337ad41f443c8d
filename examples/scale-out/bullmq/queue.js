// What the producer and the workers have in common.
import { existsSync } from 'node:fs';

export const queueName = 'resnet-predict';

const { REDIS_HOST = '127.0.0.1', REDIS_PORT = '6379' } = process.env;
export const connection = { host: REDIS_HOST, port: Number(REDIS_PORT), maxRetriesPerRequest: null };

/** A shard's file and its manifest: what a shard has done is there, whatever Redis remembers. */
export const isDone = ({ out, index, count }) =>
  existsSync(`${out}.shard-${index}-of-${count}.jsonl.manifest.json`);
