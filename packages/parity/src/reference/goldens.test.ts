import { describe, expect, it } from 'vitest';
import { compare } from '../verdict.js';
import { sampleGoldenLoss, sampleGoldenNetwork } from './golden-samples.test-support.js';
import { goldenLosses, goldenNetworks } from './golden-networks.test-support.js';
import file from './goldens.json' with { type: 'json' };
import { softmaxCrossEntropy } from './loss.js';
import { distanceToKink, referenceForward, referenceGradients } from './network.js';
import { numbers, type ReferenceTensor, tensor64 } from './tensor.js';

/**
 * Of a quantity's norm. Two float64 computations in different orders are some 1e-14 of it apart (Keras and PyTorch:
 * `apart` in goldens.json), and the smallest mistake worth the name, a constant held in float32, some 1e-8:
 * this stands in the middle.
 */
const tolerance = 1e-10;
/** A ReLU's input or a pooling's lead this far from 0 falls on the same side in every float64 computation. */
const berth = 1e-8;

const libraries = ['keras', 'torch'] as const;
type Golden = Readonly<Record<(typeof libraries)[number], readonly number[]>>;
const goldens: Readonly<Record<string, Readonly<Record<string, Golden>>>> = file.goldens;

/** A quantity as goldens.json holds it: its L2 norm, its product with cos(0), cos(1), …, and its middle value. */
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
    // A bias that feeds a normalization has a gradient of 0: rounding leaves a share of its kernel's instead.
    const size = Math.max(norm(what), norm(what.replace(/^(gradient .*\.)bias$/, '$1kernel')));
    for (const library of libraries) {
      const verdict = compare(`${what}, ${library}`, measures(tensor), expected[what]?.[library] ?? [], {
        absolute: tolerance * size,
      });
      expect(verdict.passed, verdict.message).toBe(true);
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
    expect(distanceToKink(network, training)).toBeGreaterThan(berth);
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
