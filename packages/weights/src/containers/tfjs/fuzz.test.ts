// Models that were damaged, or changed on purpose: each is refused, or read as tensors that are well formed.
import { createNetwork, parameters } from '@resnetjs/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeWeights } from '../../weights-file/encode-weights.js';
import { openWeights } from '../../weights-file/open-weights.js';
import { dtypeBytes } from '../container.js';
import { inShards, type ModelFiles, modelJsonOf, sourceOf } from './files.test-support.js';
import { openTfjs } from './open-tfjs.js';

/** Models: 300, and 10,000 with RESNETJS_THOROUGH=1. */
const numRuns = process.env.RESNETJS_THOROUGH === '1' ? 10_000 : 300;
const maxSeconds = 5;
const maxMemory = 256 * 2 ** 20;

async function small(): Promise<ModelFiles> {
  const network = createNetwork('mlperf/resnet8', { input: [8, 8, 3], classes: 2 });
  const thin = { ...network, stages: network.stages.slice(0, 2) };
  const { parts, beside } = encodeWeights(
    {
      network: thin,
      classes: ['a', 'b'],
      preprocessing: { mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear', fit: 'fill' },
      training: null,
      read: async ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
    },
    { to: 'tfjs' },
  );
  const files = new Map<string, Uint8Array>();
  for (const file of [...beside, { name: 'model.json', parts }]) {
    const all: Uint8Array[] = [];
    for await (const part of file.parts) all.push(part);
    files.set(file.name, new Uint8Array(Buffer.concat(all)));
  }
  return inShards(files, 9001);
}

const place = fc.noBias(fc.nat(2 ** 20 - 1)).map((position) => position / 2 ** 20);
const values = [
  0,
  -1,
  0.5,
  1e9,
  2 ** 31,
  2 ** 53,
  1e300,
  null,
  true,
  '',
  'x',
  '../x',
  [],
  [1],
  {},
  [[]],
  'Dense',
];
const change = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), place, byte: fc.integer({ min: 32, max: 126 }) }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constant('delete' as const), place, count: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ kind: fc.constant('value' as const), place, value: fc.constantFrom(...values) }),
  fc.record({ kind: fc.constant('copy' as const), place, to: place }),
  fc.record({ kind: fc.constant('shard' as const), place, bytes: fc.integer({ min: -9, max: 9 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

// biome-ignore lint/suspicious/noExplicitAny: JSON that is changed at will
type Slot = readonly [holder: any, key: string];

/** Every place of a value in JSON. */
function slotsOf(json: unknown): readonly Slot[] {
  const slots: Slot[] = [];
  const rest = [json];
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    for (const [key, value] of Object.entries(at)) {
      slots.push([at, key]);
      rest.push(value);
    }
  }
  return slots;
}

function changed(files: ModelFiles, each: Change): ModelFiles {
  const bytes = files.get('model.json') as Uint8Array;
  const at = Math.floor(each.place * bytes.length);
  const withJson = (json: Uint8Array) => new Map([...files, ['model.json', json] as const]);
  const withSlots = (edit: (slots: readonly Slot[]) => void) => {
    try {
      const json = modelJsonOf(files);
      edit(slotsOf(json));
      return withJson(new TextEncoder().encode(JSON.stringify(json)));
    } catch {
      return files; // no JSON any more
    }
  };
  const slot = (slots: readonly Slot[], share: number) => slots[Math.floor(share * slots.length)] as Slot;
  switch (each.kind) {
    case 'byte':
      return withJson(bytes.map((byte, index) => (index === at ? each.byte : byte)));
    case 'cut':
      return withJson(bytes.slice(0, at));
    case 'delete':
      return withJson(new Uint8Array(Buffer.concat([bytes.slice(0, at), bytes.slice(at + each.count)])));
    case 'value':
      return withSlots((slots) => {
        const [holder, key] = slot(slots, each.place);
        holder[key] = each.value;
      });
    case 'copy':
      return withSlots((slots) => {
        const [[from, key], [to, other]] = [slot(slots, each.place), slot(slots, each.to)];
        to[other] = structuredClone(from[key]);
      });
    case 'shard': {
      const shards = [...files].filter(([name]) => name !== 'model.json');
      const [name, shard] = shards[Math.floor(each.place * shards.length)] as [string, Uint8Array];
      return new Map([...files, [name, new Uint8Array(shard.length + each.bytes)]]);
    }
    default:
      return each satisfies never;
  }
}

/** Reads everything: as tensors, and as a network. */
async function read(files: ModelFiles): Promise<void> {
  const { layers, tensors, read } = await openTfjs(sourceOf(files));
  expect(layers.flatMap(({ variables }) => variables).toSorted()).toEqual([...tensors.keys()].toSorted());
  for (const [name, { dtype, shape }] of tensors) {
    expect((await read(name)).length).toBe(dtypeBytes[dtype] * shape.reduce((a, b) => a * b, 1));
  }
  const { network, read: valuesOf } = await openWeights(sourceOf(files));
  for (const parameter of parameters(network)) {
    expect((await valuesOf(parameter)).length).toBe(parameter.shape.reduce((a, b) => a * b, 1));
  }
}

it('a model that was changed is refused, or read as tensors that are well formed', {
  timeout: 600_000,
}, async () => {
  const files = await small();
  await read(files);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const [memory, start] = [process.memoryUsage().rss, performance.now()];
      const result = await read(changes.reduce(changed, files)).catch((error) => error);
      if (result instanceof Error) {
        refused++;
        expect(['bad-file', 'file-system']).toContain((result as { code?: string }).code);
      }
      expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
      expect(process.memoryUsage().rss - memory).toBeLessThan(maxMemory);
    }),
    { numRuns, seed: 20151210 },
  );
  expect(refused).toBeGreaterThan(numRuns / 2);
});
