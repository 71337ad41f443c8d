import * as tf from '@tensorflow/tfjs-core';
import { findNode, type NodeReference } from '../network/find-node.js';
import type { Network } from '../network/types.js';
import { accumulate, checkUpstream, differentiateInstruction } from './differentiate.js';
import type { Vjp } from './vjp.js';
import { checkImages, infer } from './forward.js';
import { type Instruction, plan } from './plan.js';
import type { Variables } from './variables.js';

/** A node's activation in inference, and the gradient with respect to it. Every tensor is the caller's. */
export interface ActivationGradient {
  /** As of `forward`. */
  readonly result: tf.Tensor;
  /** The node's own result, before a ReLU that follows it. */
  readonly map: tf.Tensor;
  /** As the map. */
  readonly gradient: tf.Tensor;
}

/**
 * Inference, and back from the gradient of its result that `upstream` computes to the result of one node: with running
 * statistics, not the batch's, so that each image is by itself.
 * Throws as `forward` does, `bad-option` for a node that isn't there, `shape-mismatch` for a gradient of another shape.
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

/** Computes forward, and records the VJP of every node that depends on `at`. */
function follow(network: Network, variables: Variables, images: tf.Tensor, at: number) {
  const results: tf.Tensor[] = [images.clone()];
  const recorded: (readonly [Instruction, Vjp])[] = [];
  const dependent = new Set([at]);
  for (const instruction of plan(network, { unfused: new Set([at]) })) {
    const { node, result, lastUses } = instruction;
    const inputs = node.from.map((from) => results[from] as tf.Tensor);
    if (node.from.some((from) => dependent.has(from))) {
      const vjp = differentiateInstruction(instruction, inputs, variables, 'inference');
      results[result] = vjp.y;
      recorded.push([instruction, vjp]);
      dependent.add(result);
    } else {
      results[result] = infer(instruction, inputs, variables);
      // What was recorded may read its inputs again; before anything is, nothing does.
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
