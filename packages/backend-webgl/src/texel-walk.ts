import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';

// GLSL for loops that walk through a packed texture with a constant stride. TensorFlow.js's get…(coordinates) divides
// integers at every read, which costs a shader more than the products that it reads for; a walk divides once, at its start,
// and then only adds. It relies only on the layout: texels in the order of their indices, row after row of the texture.

/** GLSL functions that walks use. */
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

/** The layout of an input's texture: [batch, rows, columns], in the program's shape. */
export interface Layout {
  readonly sampler: string;
  readonly rows: number;
  readonly columns: number;
  /** Texels in a row of the texture, undefined if unknown. */
  readonly width: number | undefined;
}

/** Texels in a row of a tensor's texture; undefined if the tensor isn't in a packed texture yet. */
export function textureWidth(backend: MathBackendWebGL, { dataId }: TensorInfo): number | undefined {
  const { texture, isPacked, texShape } = backend.texData.get(dataId);
  return texture && isPacked && texShape ? Math.ceil(texShape[1] / 2) : undefined;
}

/** GLSL, once for each texture that is walked through, with the walk's stride in texels. */
export function prepareWalk({ sampler }: Layout, strideInTexels: number): string {
  return `
      ivec2 ${sampler}Size = textureSize(${sampler}, 0);
      vec2 ${sampler}Scale = 1.0 / vec2(${sampler}Size);
      float ${sampler}Width = float(${sampler}Size.x);
      vec2 ${sampler}Stride = strideOf(${strideInTexels}, ${sampler}Size);`;
}

/** GLSL: the index of the texel that holds (batch, row, column); a negative row gives an index before the batch's first. */
export function texelIndex({ rows, columns }: Layout, batch: string, row: string, column: string): string {
  const inRow = Math.ceil(columns / 2);
  const inBatch = inRow * Math.ceil(rows / 2);
  return `(${batch}) * ${inBatch} + ((${row}) >> 1) * ${inRow} + ((${column}) >> 1)`;
}

/** GLSL: starts a walk. */
export function startWalk({ sampler }: Layout, place: string, index: string): string {
  return `vec2 ${place} = texelAt(${index}, ${sampler}Size);`;
}

/** GLSL: the texel at a walk's position. */
export function read({ sampler }: Layout, place: string): string {
  return `texture(${sampler}, ${place} * ${sampler}Scale)`;
}

/**
 * GLSL: advances a walk by the stride that `prepareWalk` got. If a walk covers at most `run` texels in a row of the texture,
 * and starts at a multiple of `run`, it needn't check for the row's end where the row's length is a multiple of `run`; nor need
 * a walk whose stride is a number of whole rows.
 */
export function advanceWalk(
  { sampler, width }: Layout,
  place: string,
  strideInTexels: number,
  run?: number,
): string {
  if (width !== undefined && strideInTexels % width === 0)
    return `${place}.y += ${strideInTexels / width}.0;`;
  if (width !== undefined && run !== undefined && width % run === 0)
    return `${place}.x += ${strideInTexels}.0;`;
  return `${place} = onward(${place}, ${sampler}Stride, ${sampler}Width);`;
}
