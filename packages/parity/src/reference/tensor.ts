/**
 * Values, row-major. Everything is computed in float64, and rounded to what its inputs are stored in:
 * float64 for the truth, float32 to see what float32 can reach at best without any cleverness.
 */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array;
}

/** Zeros in the precision of another tensor. */
export function zeros(shape: readonly number[], like: ReferenceTensor): ReferenceTensor {
  const Values = like.data instanceof Float32Array ? Float32Array : Float64Array;
  return { shape, data: new Values(sizeOf(shape)) };
}

export function tensor64(values: ArrayLike<number>, shape: readonly number[]): ReferenceTensor {
  if (values.length !== sizeOf(shape)) throw new RangeError(`${values.length} values for shape [${shape}]`);
  return { shape, data: Float64Array.from(values) };
}

/** The same values, rounded to float32 and stored so. */
export function rounded({ shape, data }: ReferenceTensor): ReferenceTensor {
  return { shape, data: Float32Array.from(data) };
}

/** A new tensor of the same shape and precision; `compute` gets each value and its index. */
export function mapped(
  { shape, data }: ReferenceTensor,
  compute: (value: number, index: number) => number,
): ReferenceTensor {
  const result = data.slice();
  for (let i = 0; i < data.length; i++) result[i] = compute(data[i] as number, i);
  return { shape, data: result };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The values as numbers of their own: the two kinds of array share no type for reduce and its like. */
export function numbers({ data }: ReferenceTensor): number[] {
  return Array.from<number>(data);
}

/** The sum over all axes but the last: [channels]. */
export function sumByChannel(x: ReferenceTensor): ReferenceTensor {
  const channels = x.shape.at(-1) as number;
  const sums = zeros([channels], x);
  for (let i = 0; i < x.data.length; i++) sums.data[i % channels]! += x.data[i] as number;
  return sums;
}
