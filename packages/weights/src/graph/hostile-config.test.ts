// Configurations that were damaged, or made to harm: each is refused at once, as a bad file.
import { readFileSync } from 'node:fs';
import { outputShape, ResNetError } from '@resnetjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKerasConfig } from './keras-config.js';
import { fixtureUrl, inKeras2, type KerasFixture } from './keras-fixtures.test-support.js';

const maxSeconds = 5;
const kerasFixture = (name: 'v2' | 'se'): KerasFixture => JSON.parse(readFileSync(fixtureUrl(name), 'utf8'));

/** The network, or why it is refused. */
function parsed(config: unknown) {
  const start = performance.now();
  try {
    return parseKerasConfig(config);
  } catch (error) {
    if (!(error instanceof ResNetError)) throw error;
    expect(error.code).toBe('bad-file');
    expect(error.message.length).toBeLessThan(1000);
    return error.message;
  } finally {
    expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
  }
}

const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));
const input = (shape = [8, 8, 3]) => ({
  class_name: 'InputLayer',
  name: 'x',
  config: { name: 'x', batch_shape: [null, ...shape] },
});
const relu = (name: string, ...from: string[]) => ({
  ...{ class_name: 'Activation', name, config: { name, activation: 'relu' } },
  inbound_nodes: [from.map((each) => [each, 0, 0, {}])],
});
const add = (name: string, ...from: string[]) => ({
  ...relu(name, ...from),
  class_name: 'Add',
  config: { name },
});
const functional = (layers: readonly unknown[], output: string, name = 'm') => ({
  class_name: 'Functional',
  config: { name, layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] },
});
const sequential = (...layers: unknown[]) => sequentialOf(layers);
const sequentialOf = (layers: unknown[]) => ({ class_name: 'Sequential', config: { name: 's', layers } });
const conv = (config: object) => ({
  class_name: 'Conv2D',
  config: { name: 'c', filters: 1, kernel_size: [1, 1], ...config },
});
/** A model in a model in a model … */
const nested = (depth: number) => {
  let model: object = sequential(conv({}));
  for (let level = 0; level < depth; level++) model = sequential(model);
  return sequential(input(), model);
};
const cyclic: { config: Record<string, unknown> } & Record<string, unknown> = sequential(input());
cyclic.config.layers = [input(), cyclic];

const hostile: readonly (readonly [string, () => unknown, string])[] = [
  [
    'a million layers',
    () => sequentialOf(many(1e6, (index) => conv({ name: `c${index}` }))),
    'is not valid at layers',
  ],
  [
    'many inner models of many layers',
    () =>
      sequential(
        input(),
        ...many(100, (index) => ({
          class_name: 'Sequential',
          config: {
            name: `s${index}`,
            layers: many(200, (at) => ({ class_name: 'Flatten', config: { name: `f${at}` } })),
          },
        })),
      ),
    'more than 10000 layers',
  ],
  ['models nested a hundred thousand deep', () => nested(100_000), 'nested more than 8 deep'],
  ['a model inside of itself', () => cyclic, 'nested more than 8 deep'],
  [
    'a model whose input is itself',
    () =>
      functional([input(), { ...sequential(conv({})), name: 'm', inbound_nodes: [[['m', 0, 0, {}]]] }], 'm'),
    'its own result',
  ],
  [
    'models whose inputs are each other',
    () =>
      functional(
        [
          input(),
          { ...sequential(), name: 'a', inbound_nodes: [[['b', 0, 0, {}]]] },
          { ...sequential(), name: 'b', inbound_nodes: [[['a', 0, 0, {}]]] },
        ],
        'a',
      ),
    'has no layers|its own result',
  ],
  [
    'a cycle of layers',
    () => functional([input(), relu('a', 'b'), relu('b', 'a')], 'b'),
    '"a" has no place.*its own result',
  ],
  ['an addition of itself', () => functional([input(), add('a', 'x', 'a')], 'a'), 'its own result'],
  [
    'an addition of ten thousand',
    () => functional([input(), add('a', ...many(10_000, () => 'x'))], 'a'),
    'takes 10000 results',
  ],
  [
    'additions that double ten thousand times',
    () =>
      functional(
        [
          input(),
          ...many(9000, (index) =>
            add(`a${index}`, index === 0 ? 'x' : `a${index - 1}`, index === 0 ? 'x' : `a${index - 1}`),
          ),
        ],
        'a8999',
      ),
    '"a0" has no place',
  ],
  [
    'nine thousand forks of one layer',
    () => functional([input(), ...many(9000, (index) => relu(`r${index}`, 'x'))], 'r0'),
    "result doesn't come from it",
  ],
  [
    'names that collide',
    () => functional([input(), relu('a', 'x'), relu('a', 'x')], 'a'),
    'another layer has the same name',
  ],
  [
    'an inner name that collides',
    () =>
      functional(
        [
          input(),
          { ...sequential(conv({})), name: 'a', inbound_nodes: [[['x', 0, 0, {}]]] },
          relu('a/c', 'a'),
        ],
        'a/c',
      ),
    'another layer has the same name',
  ],
  [
    'a name without end',
    () => functional([input(), relu('a'.repeat(1e6), 'x')], 'a'),
    'is not valid at layers.1.name',
  ],
  ['no name', () => sequential(input(), { class_name: 'Flatten', config: {} }), 'has no name'],
  [
    'a name that every object has',
    () => functional([input(), relu('__proto__', 'x'), relu('constructor', '__proto__')], 'toString'),
    "which the file doesn't have",
  ],
  [
    'filters beyond memory',
    () => sequential(input(), conv({ filters: 2 ** 40 })),
    'its filters is 1099511627776',
  ],
  ['negative filters', () => sequential(input(), conv({ filters: -1 })), 'its filters is -1'],
  ['half a filter', () => sequential(input(), conv({ filters: 1.5 })), 'its filters is 1.5'],
  [
    'a kernel beyond memory',
    () => sequential(input(), conv({ kernel_size: [1024, 1024], filters: 2 ** 20, padding: 'same' })),
    'more than 268435456 values',
  ],
  [
    'a dilated kernel beyond memory',
    () =>
      sequential(
        input([1024, 1024, 3]),
        conv({ kernel_size: [2, 2], dilation_rate: [1024, 1024], filters: 512, padding: 'same' }),
      ),
    'more than 268435456 values',
  ],
  ['an image beyond memory', () => sequential(input([2 ** 20, 2 ** 20, 3])), 'not valid at input'],
  ['an image of no size', () => sequential(input([0, 8, 3])), 'its batch_shape is'],
  [
    'groups that divide nothing',
    () => sequential(input(), conv({ groups: 2, filters: 4 })),
    'does not fit together',
  ],
  [
    'numbers that are none',
    () =>
      sequential(input(), { class_name: 'BatchNormalization', config: { name: 'b', epsilon: Number.NaN } }),
    'its epsilon is NaN',
  ],
  [
    'settings that are a list',
    () => sequential(input(), { class_name: 'Flatten', name: 'f', config: [1] }),
    'its settings are a list',
  ],
  [
    'layers that are none',
    () => ({
      class_name: 'Functional',
      config: { name: 'm', layers: [null], input_layers: [], output_layers: [] },
    }),
    'is not valid at layers.0',
  ],
  ['no layers', () => functional([], 'x'), "which the file doesn't have"],
  [
    'no output',
    () => ({
      class_name: 'Functional',
      config: { name: 'm', layers: [input()], input_layers: [['x', 0, 0]] },
    }),
    'names no output layer',
  ],
  ['a text', () => 'config', 'no configuration'],
];

describe('a hostile configuration', () => {
  it.each(hostile)('with %s is refused', (_, config, message) => {
    expect(parsed(config())).toMatch(new RegExp(message));
  });
});

/** Configurations of each kind; 10,000 of all together with RESNETJS_THOROUGH=1. */
const numRuns = process.env.RESNETJS_THOROUGH === '1' ? 3334 : 167;
const values = [
  null,
  true,
  false,
  0,
  1,
  -1,
  2,
  3,
  0.5,
  1e9,
  '',
  'relu',
  'same',
  'valid',
  'Add',
  'Conv2D',
  'add',
  [],
  [1, 1],
  [
    [1, 1],
    [1, 1],
  ],
  {},
];

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
/** Every place in JSON, as an object or a list, and a key. */
function places(json: unknown, found: (readonly [Json, string])[] = []) {
  if (!isJson(json)) return found;
  for (const [key, value] of Object.entries(json)) {
    found.push([json, key]);
    places(value, found);
  }
  return found;
}

const change = fc.record({
  at: fc.noBias(fc.nat(2 ** 30 - 1)),
  other: fc.noBias(fc.nat(2 ** 30 - 1)),
  kind: fc.constantFrom('set', 'delete', 'copy', 'swap', 'name'),
  value: fc.constantFrom(...values),
});

describe.each([
  ['version 2 of ResNet', kerasFixture('v2').config],
  ['one of Keras 2', inKeras2(kerasFixture('v2').config)],
  ['squeeze-and-excitation', kerasFixture('se').config],
])('%s with changes', (_, config) => {
  it('is a network, or refused', { timeout: 600_000 }, () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const other = structuredClone(config) as unknown as Json;
        for (const { at, other: second, kind, value } of changes) {
          const all = places(other);
          const names = all.filter(([, each]) => each === 'name');
          if (names.length === 0) continue; // nothing is left of it
          const [holder, key] = all[at % all.length] as readonly [Json, string];
          const [from, fromKey] = all[second % all.length] as readonly [Json, string];
          if (kind === 'set') holder[key] = structuredClone(value);
          if (kind === 'delete') delete holder[key];
          if (kind === 'copy') holder[key] = structuredClone(from[fromKey]);
          if (kind === 'swap')
            [holder[key], from[fromKey]] = [structuredClone(from[fromKey]), structuredClone(holder[key])];
          // a layer's name stands in many places: another that there is
          if (kind === 'name') {
            const [named, nameKey] = names[at % names.length] as readonly [Json, string];
            const [donor, donorKey] = names[second % names.length] as readonly [Json, string];
            named[nameKey] = donor[donorKey];
          }
        }
        const found = parsed(other);
        if (typeof found === 'string') return;
        taken++;
        outputShape(found.network);
        expect(found.layers.flatMap(({ parameters }) => parameters).length).toBeGreaterThan(0);
      }),
      { numRuns, seed: 20151210 },
    );
    expect(taken).toBeGreaterThan(numRuns / 10);
    expect(taken).toBeLessThan(numRuns);
  });
});
