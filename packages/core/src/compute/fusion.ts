import { type FusedActivation, fusedActivations, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import type { Fusion } from './plan.js';

/** What core computes in one instruction on every backend: TensorFlow.js's convolution fuses it, core composes the rest. */
const everywhere: readonly FusedActivation[] = ['relu'];

/** What is computed in one pass by kernels of the current backend that core has gradients for. */
export function differentiableFusion(): Fusion {
  return {
    conv: fusedActivations(tf.FusedConv2D) ?? everywhere,
    norm: fusedActivations(kernelNames.batchNormTraining) ?? everywhere,
    add: fusedActivations(kernelNames.fusedAdd) ?? everywhere,
    convAdd: [],
  };
}

/** The same and, in inference alone, additions with the convolutions before them. */
export function inferenceFusion(): Fusion {
  return { ...differentiableFusion(), convAdd: fusedActivations(kernelNames.fusedConvAdd) ?? [] };
}
