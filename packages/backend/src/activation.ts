import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './backend-error.js';

/** An activation that a kernel may compute with its result: max(0, x); min(max(0, x), 6); 1 / (1 + e⁻ˣ). */
export type FusedActivation = 'relu' | 'relu6' | 'sigmoid';

/** A kernel's registration (`tf.registerKernel`) that says which activations the kernel fuses. */
export interface FusingKernelConfig extends tf.KernelConfig {
  readonly activations: readonly FusedActivation[];
}

/**
 * Returns the activations that a kernel of the current backend fuses; undefined if the backend doesn't have the kernel,
 * or the kernel's registration doesn't say.
 *
 * @example
 * fusedActivations(kernelNames.fusedAdd); // ['relu']
 */
export function fusedActivations(kernelName: string): readonly FusedActivation[] | undefined {
  const config: Partial<FusingKernelConfig> | undefined = tf.getKernel(kernelName, tf.getBackend());
  return config?.activations;
}

/**
 * Returns a kernel's entry for the activation that it is asked to compute. Throws `bad-arguments` for one that it has
 * none for.
 *
 * @example
 * const apply = forActivation('fusedAdd', attrs.activation, { linear: (x) => x, relu: tf.relu });
 */
export function forActivation<Entry>(
  kernel: string,
  activation: FusedActivation | 'linear',
  entries: Readonly<Partial<Record<FusedActivation | 'linear', Entry>>>,
): Entry {
  if (Object.hasOwn(entries, activation)) return entries[activation] as Entry;
  throw new BackendError(
    'bad-arguments',
    `${kernel}: expected an activation that the backend fuses with it (${Object.keys(entries).join(', ')}), ` +
      `got ${String(activation)}. Compute that one by itself.`,
  );
}
