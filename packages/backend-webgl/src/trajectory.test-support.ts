import { register as registerWasm } from '@resnetjs/backend-wasm';
import { createClassifier, disposeVariables, preactResNet } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { adam, train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { register as registerWebgl } from './index.js';

/** The training that is compared. */
interface Setup {
  readonly size: number;
  readonly blocks: number;
}

const steps = 20;

/** The losses of the first steps on the current backend. */
async function losses({ size, blocks }: Setup): Promise<number[]> {
  const signs = syntheticSigns({ size });
  const network = preactResNet({ input: [size, size, 3], classes: signs.classes.length, blocks });
  const classifier = createClassifier(network, { classes: signs.classes, seed: 0 });
  const recipe = { batchSize: 16, optimizer: adam({ learningRate: 1.5e-4 }), seed: 0 };
  const losses: number[] = [];
  for await (const event of train(classifier, signs, recipe)) {
    if (event.event !== 'step') continue;
    losses.push(event.loss);
    if (losses.length === steps) break;
  }
  disposeVariables(classifier.variables);
  return losses;
}

/** A training has the same losses on webgl as on wasm. */
export function testTrajectory(setup: Setup): void {
  it(`has the losses of wasm on webgl, over 20 steps of the pre-activation network, ${setup.size}²`, async () => {
    await registerWasm();
    const before = tf.memory().numTensors;
    const wasm = await losses(setup);
    await registerWebgl();
    expect(tf.getBackend()).toBe('webgl');
    const webgl = await losses(setup);
    expect(tf.memory().numTensors).toBe(before);
    expect(wasm).toHaveLength(steps);
    // float32's own error grows to 5e-4 over these steps, measured against float64.
    const apart = wasm.map((loss, step) => Math.abs(loss - (webgl[step] as number)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1e-3);
  });
}
