/** Every contender in a browser by the name that --only takes; `script` is in pages/. */
export const contenders = /** @satisfies {Record<string, import('../contenders.mjs').Contender>} */ ({
  ours: {
    title: 'ResNet.js, Wasm, instructions: auto',
    script: 'ours.mjs',
    order: { instructions: 'auto' },
    tasks: ['inference', 'training'],
  },
  portable: {
    title: 'ResNet.js, Wasm, instructions: portable',
    script: 'ours.mjs',
    order: { instructions: 'portable' },
    tasks: ['inference', 'training'],
  },
  'tfjs-layers': { title: 'tfjs-layers, stock Wasm', script: 'layers.mjs', tasks: ['inference'] },
  'tfjs-layers-ours': {
    title: "tfjs-layers, ResNet.js's Wasm kernels",
    script: 'layers.mjs',
    order: { instructions: 'auto' },
    tasks: ['inference', 'training'],
  },
  'onnxruntime-web': {
    title: 'onnxruntime-web, Wasm',
    script: 'onnxruntime.mjs',
    tasks: ['inference'],
    package: 'onnxruntime-web',
  },
  litert: {
    title: 'LiteRT.js, Wasm',
    script: 'litert.mjs',
    tasks: ['inference'],
    package: '@litertjs/core',
    python: 'tflite',
  },
});

export const contenderNames = /** @type {(keyof typeof contenders)[]} */ (Object.keys(contenders));
