import * as tf from '@tensorflow/tfjs-core';
import type { NativeBinding, OperationAttribute } from '../native-binding.js';
import type { NodeBackend } from '../node-backend.js';
import { attributesFor } from '../operation.js';
import { type AdamScratch, makeAdamScratch } from './adam-scratch.js';

type Attributes = readonly OperationAttribute[];

/** The context of the kernels: the backend, and what is made once for it. */
export interface Native {
  readonly backend: NodeBackend;
  readonly binding: NativeBinding;
  readonly attributes: ReturnType<typeof attributesFor>;
  /** An operation's attributes, made on the first call with this key. */
  readonly once: (key: string, make: () => Attributes) => Attributes;
  /** An empty tensor, for inputs that an operation takes but doesn't read. */
  readonly nothing: number;
  readonly adam: AdamScratch;
  readonly oneDnn: OneDnn;
}

/**
 * What there is of oneDNN. Its kernels can be run by name with any TensorFlow that has them, also where TensorFlow leaves them
 * out by itself, as without AVX-512.
 */
export interface OneDnn {
  /** A convolution with bias, addition and activation in one pass. */
  readonly fused: boolean;
  /** Both gradients of a convolution. */
  readonly gradients: boolean;
  /** Normalization in training, and its gradient. */
  readonly normalization: boolean;
  /** Whether Eigen's convolution of one image is quicker. */
  readonly slowForOneImage: boolean;
}

export function makeNative(backend: NodeBackend, oneDnn: OneDnn): Native {
  const { binding } = backend;
  const attributes = attributesFor(binding);
  const made = new Map<string, Attributes>();
  return {
    backend,
    binding,
    attributes,
    once: (key, make) => {
      const known = made.get(key) ?? make();
      made.set(key, known);
      return known;
    },
    nothing: binding.createTensor([0], binding.TF_FLOAT, new Float32Array(0)),
    adam: makeAdamScratch(binding, attributes),
    oneDnn,
  };
}

/** What oneDNN's kernels of channels-last inputs are registered with: the attribute to run one by name. */
export function oneDnnLabel({ attributes }: Native): OperationAttribute {
  return attributes.string('_kernel', 'MklNameChangeOp');
}

/** Whether a trial of kernels holds, which is not so if it throws, either. */
export function holds(trial: () => boolean): boolean {
  try {
    return tf.tidy(trial);
  } catch {
    return false;
  }
}
