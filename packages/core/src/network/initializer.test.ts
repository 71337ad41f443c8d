import { expect, it } from 'vitest';
import { initializers } from './initializer.js';

it("the defaults are Keras's", () => {
  expect(initializers.randomUniform()).toEqual({ kind: 'randomUniform', low: -0.05, high: 0.05 });
  expect(initializers.randomNormal()).toEqual({ kind: 'randomNormal', mean: 0, stddev: 0.05 });
  expect(initializers.identity()).toEqual({ kind: 'identity', gain: 1 });
});

it.each(['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal'] as const)(
  '%s keeps its seed, 0 as well, and has none by default',
  (kind) => {
    expect(initializers[kind](7)).toEqual({ kind, seed: 7 });
    expect(initializers[kind](0)).toEqual({ kind, seed: 0 });
    expect(initializers[kind]()).toEqual({ kind });
    expect('seed' in initializers[kind]()).toBe(false);
  },
);

it('the others keep what they are given', () => {
  expect(initializers.randomUniform({ low: 0, high: 2, seed: 0 })).toEqual({
    ...{ kind: 'randomUniform', low: 0, high: 2, seed: 0 },
  });
  expect(initializers.randomNormal({ mean: 3, stddev: 0, seed: 4 })).toEqual({
    ...{ kind: 'randomNormal', mean: 3, stddev: 0, seed: 4 },
  });
  expect(initializers.constant(-2)).toEqual({ kind: 'constant', value: -2 });
  expect(initializers.identity(0.5)).toEqual({ kind: 'identity', gain: 0.5 });
});

it('kaimingNormal keeps its mode, and its seed', () => {
  expect(initializers.kaimingNormal('fanOut')).toEqual({ kind: 'kaimingNormal', mode: 'fanOut' });
  expect(initializers.kaimingNormal('fanIn', 0)).toEqual({ kind: 'kaimingNormal', mode: 'fanIn', seed: 0 });
});
