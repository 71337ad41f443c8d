import * as tf from '@tensorflow/tfjs-core';
import { findNode, type NodeReference } from '../network/find-node.js';
import type { Network } from '../network/types.js';
import { accumulate, checkUpstream, differentiateInstruction } from './differentiate.js';
import type { Vjp } from './vjp.js';
import { checkImages, infer } from './forward.js';
import { differentiableFusion } from './fusion.js';
import { type Instruction, plan } from './plan.js';
import type { Variables } from './variables.js';

/** A node's activation in inference, and the gradient with respect to it. The caller disposes of every tensor. */
export interface ActivationGradient {
  /** The same as `forward` returns. */
  readonly result: tf.Tensor;
  /** Without the activation that may follow the node: [batch, height, width, channels] or [batch, features]. */
  readonly map: tf.Tensor;
  /** The gradient with respect to the map, and of its shape. */
  readonly gradient: tf.Tensor;
}

/**
 * Inference, and the backward pass from the gradient of its result, which `upstream` returns, to the activation of
 * one node. Normalizations use their running statistics, so that the images of a batch don't influence each other.
 * Throws as `forward` does, `bad-option` for a node that the network doesn't have, and `shape-mismatch` if the
 * gradient's shape isn't the result's.
 *
 * @example
 * // How the sum of an image's logits depends on each of its pixels; node 0 is the input.
 * const { result, map, gradient } = activationGradient(network, variables, images, {
 *   at: 0,
 *   upstream: (logits) => tf.onesLike(logits),
 * });
 * tf.dispose([result, map, gradient]);
 */
export function activationGradient(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  options: { readonly at: NodeReference; upstream(result: tf.Tensor): tf.Tensor },
): ActivationGradient {
  const at = findNode(network, options.at);
  checkImages(network, images);
  const [result, map, gradient] = tf.tidy(() => {
    const pass = follow(network, variables, images, at);
    const dResult = options.upstream(pass.result);
    checkUpstream(network, pass.result, dResult);
    return [pass.result.clone(), pass.map.clone(), pass.backward(dResult.clone())];
  });
  return { result, map, gradient } as ActivationGradient;
}

/** The forward pass, recording the VJP of every node that depends on `at`. */
function follow(network: Network, variables: Variables, images: tf.Tensor, at: number) {
  const results: tf.Tensor[] = [images.clone()];
  const recorded: (readonly [Instruction, Vjp])[] = [];
  const dependent = new Set([at]);
  for (const instruction of plan(network, differentiableFusion(), new Set([at]))) {
    const { node, result, lastUses } = instruction;
    const inputs = node.from.map((from) => results[from] as tf.Tensor);
    if (node.from.some((from) => dependent.has(from))) {
      const vjp = differentiateInstruction(instruction, inputs, variables, { mode: 'inference' });
      results[result] = vjp.y;
      recorded.push([instruction, vjp]);
      dependent.add(result);
    } else {
      results[result] = infer(instruction, inputs, variables);
      // A recorded VJP may read its inputs again, so results can be disposed of only until the first one.
      if (recorded.length === 0) for (const used of lastUses) if (used !== at) results[used]?.dispose();
    }
  }
  const last = results.length - 1;
  return {
    result: results[last] as tf.Tensor,
    map: results[at] as tf.Tensor,
    /** Disposes of `dResult`. */
    backward(dResult: tf.Tensor): tf.Tensor {
      const gradients: (tf.Tensor | undefined)[] = [];
      gradients[last] = dResult;
      for (const [{ node, result }, vjp] of recorded.reverse()) {
        const dy = gradients[result] as tf.Tensor;
        const passed = vjp.backward(dy, { input: true, weights: false });
        passed.inputs.forEach((gradient, index) => {
          const from = node.from[index] as number;
          if (gradient === null) return;
          if (dependent.has(from)) gradients[from] = accumulate(gradients[from], gradient);
          else gradient.dispose();
        });
        dy.dispose();
      }
      return gradients[at] as tf.Tensor;
    },
  };
}
