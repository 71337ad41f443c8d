import { ResNetError } from '@resnetjs/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '@resnetjs/recipe';
import { byteSource } from '../byte-source.js';
import { decodeClassifier } from '../model-file/decode-classifier.js';
import { readSafetensorsHeader } from '../containers/safetensors.js';
import { type Entry, fileOf, openFile, sealed } from '../model-file/tiny.test-support.js';
import { formatVersion } from '../model-file/versions.js';
import { disposeTiny, joined, tinyCheckpoint, valuesOf } from './checkpoint.test-support.js';
import { decodeCheckpoint, describeCheckpoint } from './decode-checkpoint.js';
import { encodeCheckpoint } from './encode-checkpoint.js';

const settings = { network: 'preact/resnet', epochs: 5, plain: true };
let own: Checkpoint;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  await tf.setBackend('cpu');
  own = tinyCheckpoint();
  bytes = await joined(encodeCheckpoint(own, settings));
});

/** The message with which a file is rejected; checks that no tensors are left. */
async function refusal(file: Uint8Array): Promise<string> {
  const before = tf.memory().numTensors;
  const error = await decodeCheckpoint(byteSource(file)).then(
    () => new Error('The file was accepted.'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ResNetError);
  expect(error.code).toBe('bad-file');
  expect(tf.memory().numTensors).toBe(before);
  return error.message;
}

function changed(
  change: (header: Record<string, Entry>, metadata: Record<string, string>) => void,
): Uint8Array {
  const { header, data } = openFile(bytes);
  change(header, header.__metadata__ as unknown as Record<string, string>);
  return sealed(fileOf(header, data));
}

describe('a checkpoint', () => {
  it.each([
    ['bytes', () => byteSource(bytes)],
    ['a blob', () => byteSource(new Blob([bytes]))],
  ])('is read from %s', async (_what, source) => {
    const before = tf.memory().numTensors;
    const read = await decodeCheckpoint(source());
    const { variables: _, ...classifier } = own.classifier;
    expect(read.classifier).toMatchObject(classifier);
    expect(read.state.progress).toEqual(own.state.progress);
    expect(read.state.optimizer.step).toBe(7);
    expect(read.settings).toEqual(settings);
    expect(valuesOf(read)).toEqual(valuesOf(own));
    disposeTiny(read);
    expect(tf.memory().numTensors).toBe(before);
    const described = await describeCheckpoint(source());
    expect(described).toEqual({ classifier, progress: own.state.progress, settings });
  });

  it('is a safetensors file, with equal bytes for equal states', async () => {
    const { tensors } = readSafetensorsHeader(bytes);
    expect(tensors.get('optimizer/second/head.0.scale')?.shape).toEqual([128]);
    expect([...tensors.keys()].at(-1)).toBe('checksum');
    expect(Buffer.compare(await joined(encodeCheckpoint(own, settings)), bytes)).toBe(0);
  });

  it('holds slots of the weights that are learned alone', async () => {
    const frozen = own.classifier.network.stages.map((_, stage) => ({
      match: { id: `stage${stage}.*` },
      frozen: true,
    }));
    const isLearned = ([id]: [string, tf.Tensor]) => !id.startsWith('stage');
    const slots = Object.fromEntries(
      Object.entries(own.state.optimizer.slots).map(([name, slot]) => [
        name,
        new Map([...slot].filter(isLearned)),
      ]),
    );
    const { progress, optimizer } = own.state;
    const recipe = { ...progress.recipe, groups: frozen };
    const state = { optimizer: { ...optimizer, slots }, progress: { ...progress, recipe } };
    const file = await joined(encodeCheckpoint({ ...own, state }));
    const names = [...readSafetensorsHeader(file).tensors.keys()];
    expect(names.some((name) => name.startsWith('stage0.'))).toBe(true);
    expect(names.some((name) => /^optimizer\/.*\/stage/.test(name))).toBe(false);
    const read = await decodeCheckpoint(byteSource(file));
    expect(valuesOf(read)).toEqual(valuesOf({ ...own, state }));
    disposeTiny(read);
  });

  it('is not written with values that are not finite', async () => {
    const slots = { first: new Map(own.state.optimizer.slots.first) };
    const bad = tf.fill([128], Number.POSITIVE_INFINITY);
    slots.first.set('head.0.scale', bad);
    const state = { ...own.state, optimizer: { step: 7, slots } };
    await expect(joined(encodeCheckpoint({ ...own, state }))).rejects.toMatchObject({ code: 'not-finite' });
    bad.dispose();
  });

  it('is not a model, and a model is not a checkpoint', async () => {
    await expect(decodeClassifier(bytes)).rejects.toThrow(
      /is a checkpoint, .* checkpoints\/best\.safetensors/,
    );
    expect(await refusal(fileOf({ __metadata__: { resnetjs: '1' } }))).toMatch(/not a checkpoint/);
  });
});

describe('reading a checkpoint rejects', () => {
  it.each<[string, (header: Record<string, Entry>, metadata: Record<string, string>) => void, RegExp]>([
    [
      'another version',
      (_, metadata) => Object.assign(metadata, { 'resnetjs-checkpoint': `${Number(formatVersion) + 1}` }),
      /version "\d+".*versions 1 to \d+\. Use the ResNet\.js that wrote it, or a newer one/,
    ],
    ['no progress', (_, metadata) => delete metadata.progress, /progress is missing/],
    [
      'a group that matches no weight',
      (_, metadata) => {
        const progress = JSON.parse(metadata.progress as string);
        progress.recipe.groups = [{ match: { id: 'stage9.*' }, frozen: true }];
        metadata.progress = JSON.stringify(progress);
      },
      /recipe does not fit its network: .*stage9.* matches no weight/,
    ],
    [
      'invalid progress',
      (_, metadata) =>
        Object.assign(metadata, { progress: metadata.progress?.replace('"epoch":2', '"epoch":0') }),
      /progress is not valid at epoch/,
    ],
    [
      'an invalid state of the random generator',
      (_, metadata) =>
        Object.assign(metadata, { progress: metadata.progress?.replace('4294967295', '4294967296') }),
      /progress is not valid at order\.counter/,
    ],
    [
      'a slot named twice',
      (_, metadata) => Object.assign(metadata, { optimizer: '{"step":7,"slots":["first","first"]}' }),
      /names a slot twice/,
    ],
    [
      'a slot without tensors',
      (_, metadata) => Object.assign(metadata, { optimizer: '{"step":7,"slots":["first","velocity"]}' }),
      /optimizer\/velocity\/.* holds nothing/,
    ],
    [
      'tensors without a slot',
      (_, metadata) => Object.assign(metadata, { optimizer: '{"step":7,"slots":["first"]}' }),
      /holds "optimizer\/second/,
    ],
    [
      'settings that are not plain values',
      (_, metadata) => Object.assign(metadata, { settings: '{"a":[]}' }),
      /settings/,
    ],
    [
      'no checksum',
      (header) => delete header.checksum,
      /64 bytes at the end of the file belong to no tensor/,
    ],
    [
      'tensors in another order',
      (header) => {
        const [a, b] = ['head.0.scale', 'head.0.offset'].map((id) => header[id] as Entry) as [Entry, Entry];
        [a.data_offsets, b.data_offsets] = [b.data_offsets, a.data_offsets];
      },
      /wrong order/,
    ],
    ['an unknown key', (_, metadata) => Object.assign(metadata, { note: '1' }), /the key "note"/],
    [
      'a model, too',
      (_, metadata) => Object.assign(metadata, { resnetjs: formatVersion }),
      /the key "resnetjs"/,
    ],
  ])('%s', async (_what, change, message) => {
    expect(await refusal(changed(change))).toMatch(message);
  });

  it('a file truncated anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(bytes.length - 1), fc.nat(30_000)), async (length) => {
        await refusal(bytes.slice(0, Math.min(length, bytes.length - 1)));
      }),
      { numRuns: 100, seed: 20151210 },
    );
  });

  it('a file with any byte changed', async () => {
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const at = fc.oneof(fc.nat(bytes.length - 1), fc.nat(header - 1));
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (position, change) => {
        const file = bytes.slice();
        file[position] = (file[position] as number) ^ change;
        await refusal(file);
      }),
      { numRuns: 150, seed: 20151210 },
    );
  });

  it('a file that ends while it is read', async () => {
    const source = byteSource(bytes);
    const shrinking = {
      ...source,
      read: async (a: number, b: number) =>
        (await source.read(a, b)).subarray(0, b < bytes.length / 2 ? b : -1),
    };
    await expect(decodeCheckpoint(shrinking)).rejects.toThrow(/ended while it was read/);
  });
});
