/** A classifier from any file of weights, in one line; image files, datasets and models on disk: `@resnetjs/data/node` and `@resnetjs/weights/node`. */
export * from '@resnetjs/data/node';
export * from '@resnetjs/weights/node';
export type { ClassifyOptions, GivenBytes, LoadedClassifier, LoadOptions } from './load/loaded-classifier.js';
export { load, type NodeImage } from './node/load.js';
