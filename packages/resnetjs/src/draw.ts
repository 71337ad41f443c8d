/** Drawings of networks, as data and as SVG: `@resnetjs/core/draw`. Needs no tensors, and no TensorFlow.js. */
export * from '@resnetjs/core/draw';
