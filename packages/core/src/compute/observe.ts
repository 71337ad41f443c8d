import type { Instruction } from './plan.js';

/** Which way a network's instruction is run: towards the result, or from its gradient back. */
export type Direction = 'forward' | 'backward';

/**
 * Stands around each instruction: must call `run` once and return what it gives. Time taken here is honest where
 * kernels are synchronous, as on Wasm; on WebGL and WebGPU they are only queued.
 */
export type Observer = <Result>(instruction: Instruction, direction: Direction, run: () => Result) => Result;

/** What stands there where nobody observes. */
export const unobserved: Observer = (_instruction, _direction, run) => run();
