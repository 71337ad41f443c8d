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
export type { OnnxLayout, OnnxOptions } from './graph/encode-onnx-graph.js';
export type { OnnxValue } from './containers/onnx/encode-onnx.js';
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
