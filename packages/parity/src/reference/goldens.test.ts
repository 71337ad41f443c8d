import { describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { sampleGoldenLoss, sampleGoldenNetwork } from './golden-samples.test-support.js';
import { goldenLosses, goldenNetworks } from './golden-networks.test-support.js';
import file from './goldens.json' with { type: 'json' };
import { softmaxCrossEntropy } from './loss.js';
import { distanceToKink, referenceForward, referenceGradients } from './network.js';
import { numbers, type ReferenceTensor, tensor64 } from './tensor.js';

/**
 * Relative to a quantity's norm. Float64 computations in different orders differ by some 1e-14 (Keras and PyTorch: `apart`
 * in goldens.json), and the smallest real mistake, a constant in float32, makes some 1e-8: this is in the middle.
 */
const tolerance = 1e-10;
/** A ReLU's input or a pooling window's lead this far from 0 is on the same side of it in every float64 computation. */
const clearance = 1e-8;

const libraries = ['keras', 'torch'] as const;
type Golden = Readonly<Record<(typeof libraries)[number], readonly number[]>>;
const goldens: Readonly<Record<string, Readonly<Record<string, Golden>>>> = file.goldens;

/** A quantity as in goldens.json: its L2 norm, its dot product with cos(0), cos(1), …, and its middle value. */
function measures(tensor: ReferenceTensor): [norm: number, product: number, middle: number] {
  const values = numbers(tensor);
  return [
    Math.hypot(...values),
    values.reduce((sum, value, i) => sum + value * Math.cos(i), 0),
    values[Math.floor(values.length / 2)] as number,
  ];
}

function expectGoldens(name: string, quantities: ReadonlyMap<string, ReferenceTensor>): void {
  const expected = goldens[name] ?? {};
  expect([...quantities.keys()].sort()).toEqual(Object.keys(expected).sort());
  const norm = (what: string) => expected[what]?.keras[0] ?? 0;
  for (const [what, tensor] of quantities) {
    // A bias before a normalization has a gradient of 0, up to rounding in proportion to its kernel's gradient.
    const size = Math.max(norm(what), norm(what.replace(/^(gradient .*\.)bias$/, '$1kernel')));
    for (const library of libraries) {
      const comparison = compare(`${what}, ${library}`, measures(tensor), expected[what]?.[library] ?? [], {
        absolute: tolerance * size,
      });
      expect(comparison.passed, comparison.message).toBe(true);
    }
  }
}

const named = (prefix: string, map: ReadonlyMap<string, ReferenceTensor>) =>
  Array.from(map, ([id, tensor]) => [`${prefix} ${id}`, tensor] as const);

describe('the float64 reference agrees with Keras and PyTorch', () => {
  it('on all that goldens.json holds', () => {
    const names = [...goldenNetworks, ...goldenLosses].map(({ name }) => name);
    expect(Object.keys(goldens)).toEqual(names);
  });

  it.each(goldenNetworks.map((golden, index) => ({ ...golden, index })))('$name', (golden) => {
    const { name, network, index } = golden;
    const { variables, images, upstream } = sampleGoldenNetwork(golden, index);
    const inference = referenceForward(network, variables, images, { mode: 'inference' });
    const training = referenceGradients(network, variables, images, () => upstream);
    expect(distanceToKink(network, training)).toBeGreaterThan(clearance);
    const quantities = [
      ['inference', inference.result] as const,
      ['training', training.result] as const,
      ...named('moment', training.moments),
      ['gradient images', training.input] as const,
      ...named('gradient', training.weights),
    ];
    expectGoldens(name, new Map(quantities));
  });

  it.each(goldenLosses.map((golden, index) => ({ ...golden, index })))('$name', (golden) => {
    const { logits, labels } = sampleGoldenLoss(golden, golden.index);
    const { loss, gradient } = softmaxCrossEntropy(logits, labels);
    expectGoldens(
      golden.name,
      new Map([
        ['loss', tensor64([loss], [])],
        ['gradient', gradient],
      ]),
    );
  });
});
