/** Float64 values, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function zeros(shape: readonly number[]): Tensor64 {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

export function tensor64(values: ArrayLike<number>, shape: readonly number[]): Tensor64 {
  if (values.length !== sizeOf(shape)) throw new RangeError(`${values.length} values for shape [${shape}]`);
  return { shape, data: Float64Array.from(values) };
}

/** A new tensor of the same shape; `compute` gets each value and its index. */
export function mapped(
  { shape, data }: Tensor64,
  compute: (value: number, index: number) => number,
): Tensor64 {
  return { shape, data: data.map(compute) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The sum over all axes but the last: [channels]. */
export function sumByChannel({ shape, data }: Tensor64): Tensor64 {
  const channels = shape.at(-1) as number;
  const sums = zeros([channels]);
  for (let i = 0; i < data.length; i++) sums.data[i % channels]! += data[i] as number;
  return sums;
}
