export { type DecodedClassifier, decodeClassifier } from './decode-classifier.js';
export { type EncodeOptions, encodeClassifier } from './encode-classifier.js';
export { readHeader, type SafetensorsHeader, type TensorEntry } from './safetensors.js';
export type { TrainingRecord } from './training-record.js';
