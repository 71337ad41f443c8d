export { type ByteSource, byteSource } from './byte-source.js';
export type { CheckpointSettings } from './checkpoint.js';
export {
  type CheckpointDescription,
  type DecodedCheckpoint,
  decodeCheckpoint,
  describeCheckpoint,
} from './decode-checkpoint.js';
export { type DecodedClassifier, decodeClassifier } from './decode-classifier.js';
export { encodeCheckpoint } from './encode-checkpoint.js';
export { type EncodeClassifierOptions, encodeClassifier } from './encode-classifier.js';
export { readSafetensorsHeader, type SafetensorsHeader, type TensorEntry } from './safetensors.js';
