import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResNetError } from '../errors.js';
import { type Initializer, initializers } from '../network/initializer.js';
import { parameters } from '../network/parameters.js';
import { courseResNet50 } from '../networks/course.js';
import { RandomGenerator } from '../random/random-generator.js';
import { type RandomSource, sampleInitialValues, statefulSource, statelessSource } from './sample.js';

const sample = (
  initializer: Initializer,
  shape: readonly number[],
  source: RandomSource = statelessSource(0),
) => sampleInitialValues(initializer, shape, source);

describe('sampleInitialValues', () => {
  it("equals TensorFlow's Glorot uniform, bit for bit", () => {
    // TensorFlow 2.21, GlorotUniform(seed=0), as NumPy prints float32.
    const printed = [-0.6331334, 0.45134532, 0.657406, 0.59327614, -0.24409002, 0.81141686];
    expect(sample(initializers.glorotUniform(0), [1, 1, 3, 2])).toEqual(Float32Array.from(printed));
  });

  it("equals Keras's initializers, bit for bit", () => {
    // Keras 3.15 on TensorFlow 2.21: RandomUniform(seed=0) of shape [4], GlorotUniform(seed=3) of [3, 3, 2, 4].
    const uniform = [-0.02889845333993435, 0.020601000636816025, 0.03000633791089058, 0.027079228311777115];
    expect([...sample(initializers.randomUniform({ seed: 0 }), [4])]).toEqual(uniform);
    const glorot = [-0.20272478461265564, 0.2928968369960785, 0.021516799926757812, 0.22736087441444397];
    expect([...sample(initializers.glorotUniform(3), [3, 3, 2, 4]).subarray(0, 4)]).toEqual(glorot);
  });

  const side = 120;
  const shape = [1, 1, side, side * 2]; // fan in 120, fan out 240
  it.each([
    ['glorotUniform', 2 / (3 * side), Math.sqrt(6 / (3 * side))],
    ['heUniform', 2 / side, Math.sqrt(6 / side)],
    ['glorotNormal', 2 / (3 * side), (2 / 0.8796) * Math.sqrt(2 / (3 * side))],
    ['heNormal', 2 / side, (2 / 0.8796) * Math.sqrt(2 / side)],
  ] as const)('%s has the right variance and bounds', (kind, variance, bound) => {
    const values = sample(initializers[kind](3), shape);
    const count = values.length;
    const mean = values.reduce((a, b) => a + b) / count;
    const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / count;
    // Five standard errors; the squares of a bounded distribution vary less than a normal one's, whose variance is 2σ⁴.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / count));
    expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeLessThan(bound * 1.0001);
    expect(largest).toBeGreaterThan(bound * 0.99);
  });

  it.each([
    ['fanIn', [1, 1, side, side * 2], 2 / side],
    ['fanOut', [1, 1, side, side * 2], 2 / (2 * side)],
    ['fanIn', [3, 3, 40, 80], 2 / (9 * 40)],
    // 4 groups of 10 channels: PyTorch, too, takes all filters for the fan out, and a group's channels for the fan in.
    ['fanOut', [3, 3, 10, 80], 2 / (9 * 80)],
    ['fanIn', [3, 3, 10, 80], 2 / (9 * 10)],
    ['fanOut', [side, side * 2], 2 / (2 * side)],
  ] as const)(
    "kaimingNormal of %s %j is PyTorch's: normal, not truncated, with variance %d",
    (mode, shape, variance) => {
      const values = sample(initializers.kaimingNormal(mode, 3), shape);
      const count = values.length;
      const mean = values.reduce((a, b) => a + b) / count;
      const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / count;
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / count));
      expect(Math.abs(spread / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
      // 4.55 % of a normal distribution is beyond two standard deviations.
      const beyond = values.filter((value) => Math.abs(value) > 2 * Math.sqrt(variance)).length / count;
      expect(Math.abs(beyond - 0.0455)).toBeLessThan(5 * Math.sqrt(0.0455 / count));
    },
  );

  it('multiplies the fans by the kernel area', () => {
    const largest = (shape: readonly number[]) =>
      sample(initializers.glorotUniform(1), shape).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest([3, 3, 40, 40])).toBeLessThan(Math.sqrt(6 / (9 * 80)));
    expect(largest([3, 3, 40, 40])).toBeGreaterThan(0.99 * Math.sqrt(6 / (9 * 80)));
  });

  it('fills with constants', () => {
    expect([...sample(initializers.constant(2.5), [3])]).toEqual([2.5, 2.5, 2.5]);
    expect([...sample(initializers.zeros(), [2]), ...sample(initializers.ones(), [2])]).toEqual([0, 0, 1, 1]);
  });

  it("puts the identity's diagonal where a 'same' convolution reads the pixel itself", () => {
    const size = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(size, size, size, size, (height, width, inputs, outputs) => {
        const kernel = sample(initializers.identity(2), [height, width, inputs, outputs]);
        const before = (window: number) => Math.floor((window - 1) / 2);
        const place = before(height) * width + before(width);
        kernel.forEach((value, index) => {
          const output = index % outputs;
          const input = Math.floor(index / outputs) % inputs;
          const isCenter = Math.floor(index / outputs / inputs) === place;
          expect(value).toBe(isCenter && input === output ? 2 : 0);
        });
      }),
      { seed: 20151210 },
    );
  });

  it('rejects an identity for a vector', () => {
    expect(() => sample(initializers.identity(), [3])).toThrow(ResNetError);
  });
});

describe('random sources', () => {
  const varied = initializers.glorotUniform();

  it('stateless: no two layers are equal, unless they have the same seed', () => {
    const source = statelessSource(4);
    const [first, second] = [sample(varied, [5], source), sample(varied, [5], source)];
    expect(first).not.toEqual(second);
    expect(sample(varied, [5], statelessSource(4))).toEqual(first);
    expect(sample(varied, [5], statelessSource(5))).not.toEqual(first);
    const seeded = initializers.glorotUniform(7);
    expect(sample(seeded, [5], source)).toEqual(sample(seeded, [5], statelessSource(9)));
  });

  // Printed by Keras 3.15 and TensorFlow 2.21.
  it("takes an initializer's own seed modulo 2147483646, as Keras does", () => {
    const glorot = (seed: number) =>
      sample(initializers.glorotUniform(seed), [1, 1, 3, 2], statelessSource(0));
    expect(glorot(2147483646)).toEqual(glorot(0));
    expect(glorot(2147483650)).toEqual(glorot(4));
    expect([...glorot(2147483650).slice(0, 3)]).toEqual([
      0.17658090591430664, 0.8890386819839478, -0.46525514125823975,
    ]);
  });

  it("counts a vector's length as both of its fans, as Keras does", () => {
    const first = (initializer: Initializer) => sample(initializer, [8], statelessSource(0))[0];
    expect(first(initializers.glorotUniform(0))).toBe(-0.35393235087394714);
    expect(first(initializers.heUniform(0))).toBe(-0.5005359053611755);
  });

  it('no two layers of the course network begin alike, near or far', () => {
    const source = statelessSource(0);
    const beginnings = parameters(courseResNet50())
      .filter(({ role }) => role === 'kernel')
      .map(({ initializer, shape }) => {
        // In shares of the largest value, so that layers of other sizes compare, too.
        const values = sample(initializer, shape, source);
        return String(
          Array.from(values.slice(0, 4), (value) => (value / Math.abs(values[0] as number)).toFixed(4)),
        );
      });
    expect(new Set(beginnings).size).toBe(54);
  });

  it('stateful: each value advances the one generator by 256 counters, whatever the seed of a layer', () => {
    const source = statefulSource(2, 0);
    sample(initializers.glorotUniform(0), [3], source);
    sample(initializers.zeros(), [5], source);
    const expected = RandomGenerator.stateful(2, 0);
    expected.skip(3 * 256);
    expect(source(undefined, 1).word()).toBe(expected.word());
  });

  it("course/resnet50: Glorot's layers differ, the documents' are equal where their shapes are", () => {
    const kernels = (which: 'glorot' | 'course') => {
      const source = statelessSource(0);
      const network = courseResNet50({ initialization: which });
      const wanted = parameters(network).filter(({ id }) => /stage1\.block[12]\.branch\.0\.kernel/.test(id));
      return wanted.map(({ initializer, shape }) => sample(initializer, shape, source));
    };
    const [first, second] = kernels('course');
    expect(first).toEqual(second);
    const [one, other] = kernels('glorot');
    expect(one).not.toEqual(other);
  });

  it("course/resnet50: the document's identity blocks are random uniform, the rest Glorot", () => {
    for (const { id, role, initializer } of parameters(courseResNet50({ initialization: 'course' }))) {
      if (role !== 'kernel') continue;
      const identity = /^stage\d\.block[1-9]/.test(id);
      expect(initializer).toMatchObject({ kind: identity ? 'randomUniform' : 'glorotUniform', seed: 0 });
    }
  });
});
