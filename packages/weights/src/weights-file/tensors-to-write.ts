import type { DialectName, Network, Parameter } from '@resnetjs/core';
import type { TensorToWrite } from '../containers/container.js';
import { floatValues, halfBits } from '../float-values.js';
import { neededTensors } from '../recognition/compare-tensors.js';
import { frameworkOf } from '../recognition/tensor-layout.js';
import { bytesOf } from '../variable-values.js';

/** Where a network's values come from: an opened file, or variables on a backend. */
export type ReadParameter = (parameter: Parameter) => Promise<Float32Array<ArrayBuffer>>;

/** What is lost where values are written as halves. */
export interface HalfLoss {
  /** The largest relative error of a value from 2⁻¹⁴ to 65,504. */
  relative: number;
  /** The number of values beyond, which became infinite. */
  infinite: number;
  /** The number of values below, which lost more. */
  small: number;
}

/**
 * A network's parameters in the names and layouts of a dialect, as they are written.
 *
 * @param half filled with what is lost, if values are to be written as halves
 */
export function tensorsToWrite(
  network: Network,
  read: ReadParameter,
  { dialect, half }: { readonly dialect: DialectName; readonly half?: HalfLoss | undefined },
): readonly TensorToWrite[] {
  const tensors = neededTensors(network, dialect).map(
    ({ parameter, name, shape, layout }): TensorToWrite => ({
      name,
      shape,
      ...written(async () => layout.fromOurs(await read(parameter), parameter.shape), half),
    }),
  );
  return frameworkOf(dialect) === 'PyTorch' ? withCounters(tensors) : tensors;
}

/** PyTorch's normalizations count their steps after their other tensors; nothing reads it where there is a momentum. */
function withCounters(tensors: readonly TensorToWrite[]): readonly TensorToWrite[] {
  return tensors.flatMap((tensor) => {
    if (!tensor.name.endsWith('.running_var')) return [tensor];
    const name = tensor.name.replace(/running_var$/, 'num_batches_tracked');
    return [tensor, { name, dtype: 'I64', shape: [], read: async () => new Uint8Array(8) } as const];
  });
}

/** Values as they are written: as they are, or as halves. */
export function written(
  read: () => Promise<Float32Array<ArrayBuffer>>,
  half: HalfLoss | undefined,
): Pick<TensorToWrite, 'dtype' | 'read'> {
  return half === undefined
    ? { dtype: 'F32', read: async () => bytesOf(await read()) }
    : { dtype: 'F16', read: async () => halves(await read(), half) };
}

/** Below it a half has fewer digits. */
const smallestNormalHalf = 2 ** -14;

function halves(values: Float32Array, loss: HalfLoss): Uint8Array {
  const bits = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) bits[index] = halfBits(values[index] as number);
  const bytes = new Uint8Array(bits.buffer);
  const back = floatValues('', 'F16', bytes);
  values.forEach((value, index) => {
    const error = Math.abs((back[index] as number) - value);
    if (error === Number.POSITIVE_INFINITY) loss.infinite++;
    else if (Math.abs(value) >= smallestNormalHalf) {
      loss.relative = Math.max(loss.relative, error / Math.abs(value));
    } else if (error > 0) loss.small++;
  });
  return bytes;
}
