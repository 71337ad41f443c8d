export { type ByteSource, byteSource, type NamedBlob } from './byte-source.js';
export type { CheckpointSettings } from './checkpoint/checkpoint.js';
export {
  type CheckpointDescription,
  type DecodedCheckpoint,
  decodeCheckpoint,
  describeCheckpoint,
} from './checkpoint/decode-checkpoint.js';
export {
  type DecodedClassifier,
  decodeClassifier,
  describeModel,
  type ModelDescription,
} from './model-file/decode-classifier.js';
export { encodeCheckpoint } from './checkpoint/encode-checkpoint.js';
export { type EncodeClassifierOptions, encodeClassifier } from './model-file/encode-classifier.js';
export type {
  Dtype,
  FileToWrite,
  TensorContainer,
  TensorInfo,
  TensorToWrite,
} from './containers/container.js';
export { kerasConfig, type KerasConfig, type KerasConfigOptions } from './graph/encode-keras-config.js';
export type { OnnxLayout, OnnxOptions } from './graph/encode-onnx-graph.js';
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
export type { OnnxValue } from './containers/onnx/encode-onnx.js';
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
export { openWeights } from './weights-file/open-weights.js';
export { type ReadClassifier, readClassifier, readVariables } from './weights-file/read-weights.js';
export {
  type ContainerName,
  containerNames,
  type OpenedWeights,
  type Origin,
  type WeightsDescription,
  type WeightsOptions,
} from './weights-file/weights-model.js';
export type { RecognizeOptions } from './recognition/recognize.js';
export {
  type EncodedWeights,
  type EncodeWeightsOptions,
  encodeWeights,
  type OnnxFacts,
  type WeightsToWrite,
  type WrittenFormat,
  weightsOf,
  writtenFormats,
} from './weights-file/encode-weights.js';
export type { HalfLoss } from './weights-file/tensors-to-write.js';
export {
  type PublishedWeights,
  type PublishedWeightsName,
  publishedWeights,
} from './pretrained/published-weights.js';
export { type OpenedContainer, openContainer } from './weights-file/open-container.js';
export {
  type HubName,
  type HuggingFaceName,
  hubNameOf,
  parseHubName,
  type TableName,
} from './hub/hub-name.js';
export type {
  CachedWeights,
  HubOptions,
  HubProgress,
  HubWeightsFile,
  VerifiedFile,
} from './hub/hub-options.js';
export type { Checksum } from './hub/checksum.js';
export type { FetchOptions } from './hub/fetch-file.js';
export type { Patience } from './hub/patience.js';
export { isHubName } from './hub/is-hub-name.js';
export { type HubWeights, hubWeights } from './hub/hub-weights.js';
