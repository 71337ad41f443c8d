import type { Parameter } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { TensorContainer, TensorInfo } from '../containers/container.js';
import { floatValues } from '../float-values.js';
import type { Layout } from '../layouts.js';
import type { Recognized } from '../recognition/recognize.js';
import { wrongValues } from '../variable-values.js';

/** The tensor of a file that has a parameter. */
export interface ParameterTensor {
  /** Its name in the file. */
  readonly tensor: string;
  readonly layout: Layout;
}

/** Reads a parameter's values in our layout. Throws `bad-file` for values with which nothing can be computed. */
export function readerOfParameters(
  file: TensorContainer,
  tensors: ReadonlyMap<Parameter['id'], ParameterTensor>,
): (parameter: Parameter) => Promise<Float32Array<ArrayBuffer>> {
  return async ({ id, shape, role }) => {
    const { tensor, layout } = tensors.get(id) as ParameterTensor;
    const { dtype } = file.tensors.get(tensor) as TensorInfo;
    const values = floatValues(tensor, dtype, await file.read(tensor));
    const problem = wrongValues(values, role);
    if (problem !== undefined) {
      throw badFile(`Tensor ${quote(tensor)} holds ${problem}, with which nothing can be computed.`, {
        tensor,
      });
    }
    return layout.toOurs(values, shape);
  };
}

/** The tensor of each parameter of a recognized network. */
export function parameterTensors({
  needed,
  found,
}: Pick<Recognized, 'needed' | 'found'>): ReadonlyMap<Parameter['id'], ParameterTensor> {
  return new Map(
    needed.map(({ parameter, name, layout }) => [
      parameter.id,
      { tensor: found.tensors.get(name)?.tensor as string, layout },
    ]),
  );
}

/** The names of a file's tensors that a network doesn't take. */
export function unusedTensors(
  { tensors }: TensorContainer,
  used: ReadonlyMap<Parameter['id'], ParameterTensor>,
): readonly string[] {
  const taken = new Set([...used.values()].map(({ tensor }) => tensor));
  return [...tensors.keys()].filter((name) => !taken.has(name));
}
