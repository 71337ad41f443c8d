import type { ParameterId } from '@resnetjs/core';
import type { TensorInfo } from '../containers/container.js';
import type { OnnxFile } from '../containers/onnx/onnx-file.js';
import type { Constant } from '../graph/onnx-constants.js';
import { onnxNetwork } from '../graph/onnx-network.js';
import { checkName } from './check-name.js';
import { type GraphModel, graphModel } from './graph-model.js';
import type { ParameterTensor } from './parameter-tensors.js';
import type { WeightsOptions } from './weights-model.js';

/** A network in an ONNX file. */
export interface OnnxModel extends GraphModel {
  /** The file, with tensors that its nodes make of others among its own. */
  readonly file: OnnxFile;
  /** The file's tensors on which the network doesn't depend. */
  readonly unused: readonly string[];
}

/** The network in an ONNX file: the catalogue's, if it is the same function. Throws `bad-file`. */
export async function openOnnxModel(file: OnnxFile, options: WeightsOptions): Promise<OnnxModel> {
  const { input } = options;
  const found = await onnxNetwork(file, input ? { size: [input[0], input[1]] } : {});
  const constants = new Map<string, Constant>();
  const tensors = new Map<ParameterId, ParameterTensor>();
  for (const [id, { constant, layout }] of found.parameters) {
    const { name = id } = constant;
    constants.set(name, constant);
    tensors.set(id, { tensor: name, layout });
  }
  const model = graphModel(found, tensors, options);
  checkName(model.network, options);
  return {
    ...model,
    file: withConstants(file, constants),
    unused: [...file.tensors.keys()].filter((name) => !found.used.has(name)),
  };
}

/** The file's tensors, and those that its nodes make of them. */
function withConstants(file: OnnxFile, constants: ReadonlyMap<string, Constant>): OnnxFile {
  const info = [...constants].map(([name, { dtype, shape }]): [string, TensorInfo] => [
    name,
    { dtype, shape },
  ]);
  return {
    ...file,
    tensors: new Map([...info, ...file.tensors]),
    async read(name) {
      return constants.get(name)?.read() ?? file.read(name);
    },
  };
}
