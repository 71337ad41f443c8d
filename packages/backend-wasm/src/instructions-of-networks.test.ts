import { createNetwork, differentiate, disposeTrainingPass, initialize } from '@resnetjs/core';
import { softmaxCrossEntropy } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { instructionNames, type InstructionName } from './instructions.js';
import { registerAgain } from './register-again.test-support.js';

/** The bits of a network's gradients. */
function gradients(): readonly Float32Array[] {
  const network = createNetwork('cifar/resnet20', { input: [12, 12, 3], classes: 4 });
  const variables = initialize(network, { seed: 3 });
  const images = tf.randomUniform([2, 12, 12, 3], 0, 1, 'float32', 5);
  const pass = differentiate(
    ...[network, variables, images],
    (logits) => softmaxCrossEntropy(logits as tf.Tensor2D, tf.tensor1d([1, 3], 'int32')).gradient,
  );
  const all = [...pass.gradients.weights.values()].map((each) => each.dataSync() as Float32Array);
  disposeTrainingPass(pass);
  return all;
}

describe('register', () => {
  const found = new Map<
    InstructionName,
    { readonly words: string; readonly bits: readonly Float32Array[] }
  >();
  beforeAll(async () => {
    for (const instructions of instructionNames) {
      const { details } = await registerAgain(1, { instructions });
      found.set(instructions, { words: String(details.instructions), bits: gradients() });
    }
  });
  const bitsOf = (name: InstructionName) => found.get(name)?.bits;

  it('says what each name means here', () => {
    for (const [name, { words }] of found) {
      expect(words).toMatch(/^WebAssembly SIMD, (128|256) bits/);
      expect(words.endsWith(', tiles for 3×3')).toBe(!name.endsWith('portable'));
      if (!name.startsWith('wide')) expect(words).toContain('128 bits');
      if (name.endsWith('portable')) expect(words).not.toContain('multiply-add');
    }
  });

  it('computes the same bits on 128 and on 256 bits, and others with tiles', () => {
    expect(bitsOf('wide')).toEqual(bitsOf('auto'));
    expect(bitsOf('wide-portable')).toEqual(bitsOf('portable'));
    expect(bitsOf('auto')).not.toEqual(bitsOf('portable'));
  });
});
