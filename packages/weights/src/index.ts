export { type ByteSource, byteSource } from './byte-source.js';
export type { Settings, TrainingCheckpoint } from './checkpoint.js';
export {
  type CheckpointDescription,
  type DecodedCheckpoint,
  decodeCheckpoint,
  describeCheckpoint,
} from './decode-checkpoint.js';
export { type DecodedClassifier, decodeClassifier } from './decode-classifier.js';
export { encodeCheckpoint } from './encode-checkpoint.js';
export { type EncodeOptions, encodeClassifier } from './encode-classifier.js';
export { readHeader, type SafetensorsHeader, type TensorEntry } from './safetensors.js';
export type { TrainingRecord } from './training-record.js';
