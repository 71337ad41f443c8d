// Formats by themselves: files of tensors and graphs, read and written, and the networks in graphs. `openWeights` and `encodeWeights` of the
// main entry use these.
export type {
  Dtype,
  TensorContainer,
  TensorInfo,
  TensorToWrite,
} from './containers/container.js';
export { kerasConfig, type KerasConfig, type KerasConfigOptions } from './graph/encode-keras-config.js';
export type { Graph, GraphNode, GraphOp } from './graph/graph.js';
export {
  type KerasLayerParameters,
  type KerasNetwork,
  parseKerasConfig,
} from './graph/keras-config.js';
export type { ParseKerasOptions } from './graph/keras-graph.js';
export type { Rescaling } from './graph/rescaling.js';
export { type FoundNetwork, residualNetwork } from './graph/residual-network.js';
export type { AttributeValue } from './containers/hdf5/attributes.js';
export type { Hdf5Dataset } from './containers/hdf5/dataset.js';
export {
  type AttributeToWrite,
  encodeHdf5,
  type Hdf5DatasetToWrite,
  type Hdf5GroupToWrite,
} from './containers/hdf5/encode-hdf5.js';
export { type Hdf5File, type Hdf5Kind, openHdf5 } from './containers/hdf5/open-hdf5.js';
export {
  encodeKerasArchive,
  encodeKerasWeights,
  type KerasArchiveToWrite,
  type KerasLayerToWrite,
} from './containers/keras/encode-keras.js';
export type { KerasFile, KerasLayer } from './containers/keras/keras-file.js';
export { openKeras } from './containers/keras/open-keras.js';
export type {
  OnnxFile,
  OnnxFileAttribute,
  OnnxFileGraph,
  OnnxFileNode,
  OnnxFileTensor,
  OnnxFileValue,
} from './containers/onnx/onnx-file.js';
export { openOnnx } from './containers/onnx/open-onnx.js';
export { encodePytorch } from './containers/pytorch/encode-pytorch.js';
export { openPytorch } from './containers/pytorch/open-pytorch.js';
export type { PytorchFile } from './containers/pytorch/pytorch-file.js';
export {
  openSafetensors,
  readSafetensorsHeader,
  type SafetensorsFile,
  type SafetensorsHeader,
  type TensorEntry,
} from './containers/safetensors.js';
export { openTfjs, type TfjsFile } from './containers/tfjs/open-tfjs.js';
export { type OpenedContainer, openContainer } from './weights-file/open-container.js';
