import * as tf from '@tensorflow/tfjs-core';
import { findStep, type StepReference } from '../network/find-step.js';
import type { Network } from '../network/types.js';
import { accumulate, checkUpstream, differentiateInstruction } from './differentiate.js';
import type { Differentiated } from './differentiated.js';
import { checkPictures, infer } from './forward.js';
import { type Instruction, schedule } from './schedule.js';
import type { Variables } from './variables.js';

/** What a step of inference gives, and how the result hangs on it. Every tensor is the caller's. */
export interface Influence {
  /** As of `forward`. */
  readonly result: tf.Tensor;
  /** The step's own result, before a ReLU that follows it. */
  readonly map: tf.Tensor;
  /** As the map. */
  readonly gradient: tf.Tensor;
}

/**
 * Inference, and back from the gradient of its result that `upstream` computes to the result of one step: with running
 * statistics, not the batch's, so that each picture is by itself.
 * Throws as `forward` does, `bad-option` for a step that isn't there, `shape-mismatch` for a gradient of another shape.
 */
export function influence(
  network: Network,
  variables: Variables,
  pictures: tf.Tensor,
  options: { readonly at: StepReference; upstream(result: tf.Tensor): tf.Tensor },
): Influence {
  const at = findStep(network, options.at);
  checkPictures(network, pictures);
  const [result, map, gradient] = tf.tidy(() => {
    const pass = follow(network, variables, pictures, at);
    const dResult = options.upstream(pass.result);
    checkUpstream(network, pass.result, dResult);
    return [pass.result.clone(), pass.map.clone(), pass.pull(dResult.clone())];
  });
  return { result, map, gradient } as Influence;
}

/** Computes forward, and records the ways back of all that comes of the step `at`. */
function follow(network: Network, variables: Variables, pictures: tf.Tensor, at: number) {
  const results: tf.Tensor[] = [pictures.clone()];
  const recorded: (readonly [Instruction, Differentiated])[] = [];
  const hangs = new Set([at]);
  for (const instruction of schedule(network, { apart: new Set([at]) })) {
    const { step, result, lastUses } = instruction;
    const inputs = step.from.map((from) => results[from] as tf.Tensor);
    if (step.from.some((from) => hangs.has(from))) {
      const way = differentiateInstruction(instruction, inputs, variables, 'inference');
      results[result] = way.y;
      recorded.push([instruction, way]);
      hangs.add(result);
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
    pull(dResult: tf.Tensor): tf.Tensor {
      const gradients: (tf.Tensor | undefined)[] = [];
      gradients[last] = dResult;
      for (const [{ step, result }, way] of recorded.reverse()) {
        const dy = gradients[result] as tf.Tensor;
        const pulled = way.pull(dy, { input: true, weights: false });
        pulled.inputs.forEach((gradient, index) => {
          const from = step.from[index] as number;
          if (gradient === null) return;
          if (hangs.has(from)) gradients[from] = accumulate(gradients[from], gradient);
          else gradient.dispose();
        });
        dy.dispose();
      }
      return gradients[at] as tf.Tensor;
    },
  };
}
