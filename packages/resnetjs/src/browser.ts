/** A classifier from any file of weights, in one line; image files in a browser: `@resnetjs/data/browser`. */
export * from '@resnetjs/data/browser';
export { type BrowserImage, load } from './browser/load.js';
export type { ClassifyOptions, GivenBytes, LoadedClassifier, LoadOptions } from './load/loaded-classifier.js';
