import type { Instruction } from './plan.js';

/** Whether an instruction runs in the forward or in the backward pass. */
export type Direction = 'forward' | 'backward';

/**
 * Wraps each instruction of a pass: it must call `run` once and return its result. Times measured here are real where
 * kernels are synchronous, as on Wasm; WebGL and WebGPU only queue them.
 *
 * @example
 * const observe: Observer = (instruction, direction, run) => {
 *   const start = performance.now();
 *   const result = run();
 *   console.log(siteName(instruction.node.site), direction, performance.now() - start);
 *   return result;
 * };
 */
export type Observer = <Result>(instruction: Instruction, direction: Direction, run: () => Result) => Result;

/** The default observer: only runs the instruction. */
export const unobserved: Observer = (_instruction, _direction, run) => run();
