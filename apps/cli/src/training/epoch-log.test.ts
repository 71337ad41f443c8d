import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochRecord } from '@resnetjs/recipe';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EpochLog } from './epoch-log.js';

const header =
  'epoch,step,loss,accuracy,validation_loss,validation_accuracy,unaveraged_validation_loss,unaveraged_validation_accuracy,learning_rate,seconds';
const record = (loss: number): EpochRecord => ({
  ...{ loss, accuracy: 0.5 },
  validation: { loss: loss + 1, accuracy: 0.25, images: 8 },
});
const event = (epoch: number) =>
  ({ event: 'epoch', epoch, loss: 0, accuracy: 0, learningRate: 0.01, seconds: 1.23456 }) as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnetjs-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const lines = () => readFileSync(join(folder, 'log.csv'), 'utf8').split('\n');

it('has a row for each epoch, with empty cells for what there is not', async () => {
  const log = new EpochLog(folder);
  log.epoch(event(1));
  await log.add([record(2)], 8);
  log.epoch(event(2));
  log.validation({ unaveraged: { loss: 3, accuracy: 0.125 } });
  await log.add([record(2), { loss: 1.5, accuracy: 0.75, validation: null }], 16);
  expect(lines()).toEqual([
    header,
    '1,8,2,0.5,3,0.25,,,0.01,1.235',
    '2,16,1.5,0.75,,,3,0.125,0.01,1.235',
    '',
  ]);
});

it('resumes with the epochs that its checkpoint has, no more and no fewer', async () => {
  writeFileSync(
    join(folder, 'log.csv'),
    `${header}\n1,8,2,0.5,3,0.25,,,0.01,9\n3,24,7,0.5,8,0.25,,,0.01,9\n`,
  );
  const log = new EpochLog(folder);
  await log.resume([record(2), record(1)]);
  expect(lines()).toEqual([header, '1,8,2,0.5,3,0.25,,,0.01,9', '2,,1,0.5,2,0.25,,,,', '']);
  log.epoch(event(3));
  await log.add([record(2), record(1), record(0)], 24);
  expect(lines().slice(3)).toEqual(['3,24,0,0.5,1,0.25,,,0.01,1.235', '']);
});

it('is made anew from a file of another kind', async () => {
  writeFileSync(join(folder, 'log.csv'), 'epoch,loss\n1,2\n');
  await new EpochLog(folder).resume([record(2)]);
  expect(lines()).toEqual([header, '1,,2,0.5,3,0.25,,,,', '']);
});
