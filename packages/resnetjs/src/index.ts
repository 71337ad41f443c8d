/**
 * Everything that a program needs to build, train and run a residual network: `@resnetjs/core`, `/data`, `/training`,
 * `/weights`, and the WebAssembly backend, whose `register` this is. Other backends are packages of their own.
 *
 * @example
 * import { createClassifier, createNetwork, predict, register } from 'resnetjs';
 *
 * await register();
 * const network = createNetwork('preact/resnet', { input: [32, 32, 3], classes: 2 });
 * const classifier = createClassifier(network, { classes: ['cat', 'dog'], seed: 0 });
 * const probabilities = await predict(classifier, new Uint8Array(32 * 32 * 3)); // [1, 2]
 */
export * from '@resnetjs/backend-wasm';
export * from '@resnetjs/core';
export * from '@resnetjs/data';
export * from '@resnetjs/training';
export * from '@resnetjs/weights';
