import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * A fragment shader over packed textures in TensorFlow.js's layout: a texel holds a 2×2 block of the last two axes,
 * (r, c), (r, c+1), (r+1, c), (r+1, c+1) in x, y, z, w. The shader calls get…(coordinates) for an input's texel and
 * setOutput(texel) for its own. If an axis is odd, what a texel holds beyond it is undefined: it may be NaN, and no
 * shader here adds it to a sum.
 */
export interface PackedProgram {
  /** Appears in profiles. */
  readonly name: string;
  /** The inputs' names in the shader, in the order of `run`'s tensors. */
  readonly inputs: readonly string[];
  readonly outputShape: readonly number[];
  readonly code: string;
  /** Floats that may change between calls without recompiling. */
  readonly uniforms?: Readonly<Record<string, number>>;
}

/** Runs a program; the caller owns the result. */
export function run(
  backend: MathBackendWebGL,
  { name, inputs, outputShape, code, uniforms = {} }: PackedProgram,
  tensors: readonly TensorInfo[],
): TensorInfo {
  const program: GPGPUProgram & { readonly name: string } = {
    name,
    variableNames: [...inputs],
    outputShape: [...outputShape],
    userCode: code,
    packedInputs: true,
    packedOutput: true,
    customUniforms: Object.keys(uniforms).map((name) => ({ name, type: 'float' as const })),
  };
  const values = Object.values(uniforms).map((value) => [value]);
  return backend.runWebGLProgram(program, [...tensors], 'float32', values);
}

/** The same values in another shape with the same last two axes; not a copy, so it must not be disposed of. */
export function view({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId, dtype, shape: [...shape] };
}

/** Views [batch, height, width, channels] as [batch · height, width, channels]. */
export function rowsOf(tensor: TensorInfo): TensorInfo {
  const [batch, height, width, channels] = tensor.shape as Shape4;
  return view(tensor, [batch * height, width, channels]);
}

export type Shape4 = [number, number, number, number];

/** GLSL that clears what `texel`, at (row, column), holds beyond an odd number of rows or columns. */
export function clearBeyond(
  texel: string,
  row: [at: string, size: number],
  column: [at: string, size: number],
): string {
  const beyond = ([at, size]: [string, number], lanes: string) =>
    size % 2 === 0 ? '' : `if (${at} + 1 >= ${size}) ${texel}.${lanes} = vec2(0.0);`;
  return `${beyond(row, 'zw')}\n${beyond(column, 'yw')}`;
}
