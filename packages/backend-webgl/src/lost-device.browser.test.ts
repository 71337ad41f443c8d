import { createClassifier, disposeVariables, preactResNet } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { register } from './index.js';

/** The part of WebGL that this test uses; the package has no DOM types. */
interface ContextToLose {
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}

const signs = syntheticSigns({ size: 16, count: 24 });
const network = preactResNet({ input: [16, 16, 3], classes: 6, blocks: 1 });
const create = () => createClassifier(network, { classes: signs.classes, seed: 0 });

it('ends a training with device-lost when the browser takes WebGL away, and trains again after a restart', async () => {
  const { lost } = await register();
  const classifier = create();
  const run = async (onStep: () => void) => {
    for await (const event of train(classifier, signs, { batchSize: 8 })) {
      if (event.event === 'step') onStep();
    }
  };
  const { gl } = (tf.backend() as unknown as { gpgpu: { gl: ContextToLose } }).gpgpu;
  let steps = 0;
  const training = run(() => {
    steps++;
    if (steps === 2) gl.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await expect(training).rejects.toMatchObject({ name: 'BackendError', code: 'device-lost' });
  expect(steps).toBe(2);
  expect(await lost).toMatchObject({ code: 'device-lost' });
  disposeVariables(classifier.variables);

  await register();
  const fresh = create();
  for await (const event of train(fresh, signs, { batchSize: 8 })) {
    if (event.event === 'done') expect(event.loss).toBeGreaterThan(0);
  }
  disposeVariables(fresh.variables);
});
