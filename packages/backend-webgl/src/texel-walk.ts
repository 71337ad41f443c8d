import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * GLSL for loops that go through a packed texture at a constant pace. TensorFlow.js's get…(coordinates) divides whole
 * numbers at every read, which costs a shader more than the products it is for; a walk divides once, at its start,
 * and then only adds. It rests on the layout alone: texels in the order of their indices, row after row of the texture.
 */

/** Functions that the code of `walk` uses. */
export const walkFunctions = `
    vec2 texelAt(int index, ivec2 size) {
      int row = index >= 0 ? index / size.x : -((size.x - 1 - index) / size.x);
      return vec2(index - row * size.x, row) + 0.5;
    }

    vec2 strideOf(int step, ivec2 size) {
      int row = step / size.x;
      return vec2(step - row * size.x, row);
    }

    vec2 onward(vec2 at, vec2 stride, float width) {
      at += stride;
      return at.x < width ? at : at + vec2(-width, 1.0);
    }
`;

/** A texture whose texels lie so: [batch, rows, columns] as the program's input has them. */
export interface Layout {
  readonly sampler: string;
  readonly rows: number;
  readonly columns: number;
  /** Texels in a row of the texture, where it is known. */
  readonly width: number | undefined;
}

/** Texels in a row of the texture that holds a tensor; unknown where the tensor isn't in a packed texture yet. */
export function textureWidth(backend: MathBackendWebGL, { dataId }: TensorInfo): number | undefined {
  const { texture, isPacked, texShape } = backend.texData.get(dataId);
  return texture && isPacked && texShape ? Math.ceil(texShape[1] / 2) : undefined;
}

/** GLSL, once for each texture that is walked through: how many texels each step goes on. */
export function prepareWalk({ sampler }: Layout, texelsInStep: number): string {
  return `
      ivec2 ${sampler}Size = textureSize(${sampler}, 0);
      vec2 ${sampler}Scale = 1.0 / vec2(${sampler}Size);
      float ${sampler}Width = float(${sampler}Size.x);
      vec2 ${sampler}Stride = strideOf(${texelsInStep}, ${sampler}Size);`;
}

/** GLSL: the index of the texel that holds (batch, row, column); a row before the first gives one before the batch's. */
export function texelIndex({ rows, columns }: Layout, batch: string, row: string, column: string): string {
  const inRow = Math.ceil(columns / 2);
  const inBatch = inRow * Math.ceil(rows / 2);
  return `(${batch}) * ${inBatch} + ((${row}) >> 1) * ${inRow} + ((${column}) >> 1)`;
}

/** GLSL: where a walk starts. */
export function startWalk({ sampler }: Layout, place: string, index: string): string {
  return `vec2 ${place} = texelAt(${index}, ${sampler}Size);`;
}

/** GLSL: the texel where a walk is. */
export function read({ sampler }: Layout, place: string): string {
  return `texture(${sampler}, ${place} * ${sampler}Scale)`;
}

/**
 * GLSL: one step, of as many texels as `prepareWalk` was told. `run` texels in a row of the texture are walked through
 * at most, and the first begins at a multiple of it: where rows of the texture are as long, or the step is whole rows,
 * no step has to look for a row's end.
 */
export function stepWalk(
  { sampler, width }: Layout,
  place: string,
  texelsInStep: number,
  run?: number,
): string {
  if (width !== undefined && texelsInStep % width === 0) return `${place}.y += ${texelsInStep / width}.0;`;
  if (width !== undefined && run !== undefined && width % run === 0)
    return `${place}.x += ${texelsInStep}.0;`;
  return `${place} = onward(${place}, ${sampler}Stride, ${sampler}Width);`;
}
