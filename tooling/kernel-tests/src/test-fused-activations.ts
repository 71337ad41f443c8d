import { BackendError, type FusedActivation, fusedActivations, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { activations } from './activations.js';
import { run } from './run.js';

/** Every name of an input. */
const inputNames = [
  'a',
  'b',
  'dy',
  'y',
  'x',
  'scale',
  'offset',
  'mean',
  'variance',
  'filter',
  'bias',
  'addend',
];

/** The kernels that have no `activation` attribute. */
const withoutActivation = ['adamUpdate', 'convolutionInputGradient', 'convolutionFilterGradient'];

/** Declares a test that the current backend's kernels say which activations they fuse, and refuse all others. */
export function testFusedActivations(fused: readonly FusedActivation[] = ['relu']): void {
  it.each(Object.entries(kernelNames).filter(([name]) => !withoutActivation.includes(name)))(
    '%s says which activations it fuses, and refuses all others',
    (kernel, name) => {
      if (tf.getKernel(name, tf.getBackend()) === undefined) return;
      expect(fusedActivations(name)).toEqual(fused);
      const x = tf.ones([2, 2]);
      const inputs = Object.fromEntries(inputNames.map((input) => [input, x]));
      const others = Object.keys(activations).filter((word) => ![...fused, 'linear'].includes(word));
      for (const activation of [...others, undefined]) {
        const attributes = { epsilon: 1e-3, strides: [1, 1], pad: 'same', activation };
        const refused = () => tf.tidy(() => run(name, inputs, attributes));
        expect(refused).toThrow(BackendError);
        expect(refused).toThrow(`${kernel}: expected an activation that the backend fuses with it (`);
      }
      x.dispose();
    },
  );
}
