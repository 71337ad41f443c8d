export { type ErrorCode, ResNetError } from './errors.js';
export { Generator, type GeneratorState } from './random/generator.js';
