/**
 * A tensor in row-major order. Everything is computed in float64, and rounded to the precision of the inputs: float64
 * for the reference, float32 to see what plain float32 loses.
 */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array;
}

/** Zeros, in the precision of `like`. */
export function zeros(shape: readonly number[], like: ReferenceTensor): ReferenceTensor {
  const Values = like.data instanceof Float32Array ? Float32Array : Float64Array;
  return { shape, data: new Values(sizeOf(shape)) };
}

/** A float64 tensor. Throws a `RangeError` if the number of values is not that of the shape. */
export function tensor64(values: ArrayLike<number>, shape: readonly number[]): ReferenceTensor {
  if (values.length !== sizeOf(shape)) throw new RangeError(`${values.length} values for shape [${shape}]`);
  return { shape, data: Float64Array.from(values) };
}

/** The same values, rounded to float32. */
export function rounded({ shape, data }: ReferenceTensor): ReferenceTensor {
  return { shape, data: Float32Array.from(data) };
}

/** A new tensor of the same shape and precision; `compute` takes each value and its index. */
export function mapped(
  { shape, data }: ReferenceTensor,
  compute: (value: number, index: number) => number,
): ReferenceTensor {
  const result = data.slice();
  for (let i = 0; i < data.length; i++) result[i] = compute(data[i] as number, i);
  return { shape, data: result };
}

/** The number of values of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The values as a plain array, since the two kinds of typed arrays have no common type for `reduce` and the like. */
export function numbers({ data }: ReferenceTensor): number[] {
  return Array.from<number>(data);
}

/** The sum over all axes but the last: x `[…, channels]` gives `[channels]`. */
export function sumByChannel(x: ReferenceTensor): ReferenceTensor {
  const channels = x.shape.at(-1) as number;
  const sums = zeros([channels], x); // [channels]
  for (let i = 0; i < x.data.length; i++) sums.data[i % channels]! += x.data[i] as number;
  return sums;
}
