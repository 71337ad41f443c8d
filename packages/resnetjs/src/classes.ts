/** The classes of ImageNet and CIFAR, and `decodePredictions`: `@resnetjs/core/classes`. Needs no tensors, and no TensorFlow.js. */
export * from '@resnetjs/core/classes';
