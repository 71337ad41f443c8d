// The rule of docs/architecture.md: a field that is added later has a default, files from before stay readable, and
// files from a later version are refused in words.
import { readFileSync } from 'node:fs';
import { disposeVariables } from '@resnetjs/core';
import { type TrainingRecord, trainingProgressSchema, trainingRecordSchema } from '@resnetjs/recipe';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { byteSource } from '../byte-source.js';
import { disposeTiny, joined, tinyCheckpoint } from '../checkpoint/checkpoint.test-support.js';
import { decodeCheckpoint } from '../checkpoint/decode-checkpoint.js';
import { encodeCheckpoint } from '../checkpoint/encode-checkpoint.js';
import { decodeClassifier } from './decode-classifier.js';
import { encodeClassifier } from './encode-classifier.js';
import { preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';
import { fileOf, openFile, sealed } from './tiny.test-support.js';
import { formatVersion } from './versions.js';

type Path = readonly (string | number)[];

/** The defaults in a schema, with the path of each in the JSON. */
function defaultsIn(schema: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (schema instanceof z.ZodMiniDefault) {
    return [{ path, value: schema.def.defaultValue }, ...defaultsIn(schema.def.innerType, path)];
  }
  if (schema instanceof z.ZodMiniObject) {
    return Object.entries(schema.shape).flatMap(([key, field]) => defaultsIn(field, [...path, key]));
  }
  return schema instanceof z.ZodMiniReadonly ? defaultsIn(schema.def.innerType, path) : [];
}

const without = (value: unknown, [key = '', ...rest]: Path): unknown => {
  const { [key]: field, ...others } = value as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [key]: without(field, rest) };
};
const at = (value: unknown, path: Path) =>
  path.reduce((inner, key) => (inner as Record<string, unknown>)[key], value);

/** A file with other metadata. */
function described(bytes: Uint8Array, change: Record<string, string>): Uint8Array {
  const { header, data } = openFile(bytes);
  return sealed(fileOf({ ...header, __metadata__: { ...header.__metadata__, ...change } }, data));
}

let model: Uint8Array;
let checkpoint: Uint8Array;
let trainingRecord: TrainingRecord;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const former = await decodeClassifier(
    readFileSync(new URL('../../test-data/model-1.safetensors', import.meta.url)),
  );
  trainingRecord = former.training as TrainingRecord;
  model = await encodeClassifier(former, { training: trainingRecord });
  disposeVariables(former.variables);
  const state = tinyCheckpoint();
  checkpoint = await joined(encodeCheckpoint(state));
  disposeTiny(state);
});

describe('a field that was added later', () => {
  const schemas = {
    network: networkSchema,
    preprocessing: preprocessingSchema,
    training: trainingRecordSchema,
    progress: trainingProgressSchema,
  };
  const fields = Object.entries(schemas).flatMap(([key, schema]) =>
    defaultsIn(schema).map(({ path, value }) => ({
      name: [key, ...path].join('.'),
      key,
      schema,
      path,
      value,
    })),
  );

  it('is one of these at least', () => {
    expect(fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['preprocessing.interpolation', 'preprocessing.fit']),
    );
  });

  it.each(fields)('has a default in a file from before: $name', ({ key, schema, path, value }) => {
    const { header } = openFile(key === 'progress' ? checkpoint : model);
    const written = JSON.parse((header.__metadata__ as unknown as Record<string, string>)[key] as string);
    expect(at(schema.parse(without(written, path)), path)).toEqual(value);
  });

  it('may be missing in a whole model file', async () => {
    const preprocessing = { mean: [0, 0, 0], std: [255, 255, 255] };
    const change = { preprocessing: JSON.stringify(preprocessing) };
    const read = await decodeClassifier(described(model, change));
    expect(read.preprocessing).toEqual({ ...preprocessing, interpolation: 'bilinear', fit: 'fill' });
    disposeVariables(read.variables);
  });
});

describe('a file of a later version', () => {
  const later = `${Number(formatVersion) + 1}`;
  const advice =
    /version "\d+", but .* reads versions 1 to \d+\. Use the ResNet\.js that wrote it, or a newer one/;

  it('is refused with what to do: a model', async () => {
    await expect(decodeClassifier(described(model, { resnetjs: later }))).rejects.toThrow(advice);
  });

  it('is refused with what to do: a checkpoint', async () => {
    const file = byteSource(described(checkpoint, { 'resnetjs-checkpoint': later }));
    await expect(decodeCheckpoint(file)).rejects.toThrow(advice);
  });

  it('is refused with what to do if only a field is new', async () => {
    const later = described(model, { training: JSON.stringify({ ...trainingRecord, warmup: 5 }) });
    await expect(decodeClassifier(later)).rejects.toThrow(
      /training is not valid: .*"warmup".* newer ResNet\.js .* use that one/,
    );
  });
});
