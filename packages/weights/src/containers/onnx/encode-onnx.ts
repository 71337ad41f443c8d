import {
  type Network,
  type Parameter,
  type ParameterId,
  parameters,
  ResNetError,
  type Shape,
  shapes,
  type Variables,
} from '@resnetjs/core';
import { checkValues, valuesOf } from '../../variable-values.js';
import { graphOf, inputName, outputName } from './graph.js';
import { onnxFile } from './messages.js';

/** Options of `encodeOnnx`. */
export interface EncodeOnnxOptions {
  /** The number of images in a batch. Default: any number. */
  readonly batchSize?: number;
}

/** The row-major values of a parameter, as `createVariables` takes them. */
export type ParameterValues = (parameter: Parameter) => Float32Array | undefined;

/**
 * The bytes of an ONNX file (opset 13) that computes what `forward` does: from `images` [batch, height, width, channels],
 * preprocessed, to `logits` [batch, classes]. Parameters have the names that they have in our own files. Throws
 * `shape-mismatch`, `missing-variable`, `not-finite`, and `bad-option` for a batch size that isn't a positive whole
 * number, or a file of more than 2 GiB.
 *
 * @param values the network's variables, or a function that gives the values of each parameter
 *
 * @example
 * ```ts
 * const bytes = await encodeOnnx(classifier.network, classifier.variables);
 * const file = new Blob([bytes]); // or, in Node: await writeFileAtomically('signs.onnx', bytes);
 * ```
 */
export async function encodeOnnx(
  network: Network,
  values: Variables | ParameterValues,
  options: EncodeOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { batchSize = 'batch' } = options;
  if (typeof batchSize === 'number' && !(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    throw new ResNetError(
      'bad-option',
      `batchSize is ${batchSize}; it must be a positive whole number, or left out for any.`,
      { batchSize },
    );
  }
  const { nodes, tensors } = graphOf(network, await allValues(network, values));
  const output = shapes(network).at(-1) as Shape;
  return onnxFile({
    name: network.name,
    nodes,
    tensors,
    input: { name: inputName, shape: [batchSize, ...network.input] },
    output: { name: outputName, shape: [batchSize, ...output] },
  });
}

/** Every parameter's values, checked. */
async function allValues(
  network: Network,
  source: Variables | ParameterValues,
): Promise<ReadonlyMap<ParameterId, Float32Array>> {
  const all = new Map<ParameterId, Float32Array>();
  for (const parameter of parameters(network)) {
    const { id, role, shape, trainable } = parameter;
    if (typeof source !== 'function') {
      const tensor = (trainable ? source.weights : source.statistics).get(id);
      all.set(id, await valuesOf(network.name, parameter, tensor));
      continue;
    }
    const values = source(parameter);
    const size = shape.reduce((a, b) => a * b, 1);
    if (values?.length !== size) {
      throw new ResNetError(
        'missing-variable',
        `${network.name} needs ${size} values for ${id} [${shape.join(', ')}], but ${values === undefined ? 'there are none' : `got ${values.length}`}.`,
        { id },
      );
    }
    checkValues(id, values, role);
    all.set(id, values);
  }
  return all;
}
