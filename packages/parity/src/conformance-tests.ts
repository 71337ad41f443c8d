import * as tf from '@tensorflow/tfjs-core';
import { conformanceCases } from './cases.js';
import { runConformance } from './conformance.js';
import { publishedResults } from './published.js';
import { reproduce } from './reproduce.js';

/** One thing that every backend must show. */
export interface ConformanceTest {
  readonly name: string;
  /** Runs it on the current backend: what departs, in words; empty where the backend conforms. */
  run(): Promise<readonly string[]>;
}

/** The published numbers and the conformance cases as a list of tests, for any test runner, in Node and in browsers. */
export const conformanceTests: readonly ConformanceTest[] = [
  ...publishedResults.map(
    (published): ConformanceTest => ({
      name: `prints what was printed: ${published.source}, ${published.call}`,
      run: async () => {
        const before = tf.memory().numTensors;
        const { passed, message } = await reproduce(published);
        const left = tf.memory().numTensors - before;
        return [...(passed ? [] : [message]), ...(left === 0 ? [] : [`${left} tensors are left`])];
      },
    }),
  ),
  ...conformanceCases.map(
    (each): ConformanceTest => ({
      name: `computes ${each.name} as float64 does`,
      run: async () => (await runConformance(each)).failures,
    }),
  ),
];
