// The milliseconds of each WebGL program in a training step of preact/resnet (32², batch 16), run one at a time.
// It imports by path: training is tested with this package, so this package can't depend on training as well.
import '@tensorflow/tfjs-backend-webgl';
import { createClassifier, preactResNet } from '../../core/src/index.ts';
import { syntheticSigns } from '../../data/src/index.ts';
import { adam, train } from '../../training/src/index.ts';
import * as tf from '@tensorflow/tfjs-core';
import { register } from '../src/index.ts';

export async function measure({ ours, steps }) {
  if (ours) await register();
  else await tf.setBackend('webgl');
  await tf.ready();
  const backend = tf.backend();
  const { gl } = backend.gpgpu;
  const pixel = new Float32Array(4);
  const run = backend.runWebGLProgram.bind(backend);
  const spent = new Map();
  backend.runWebGLProgram = (program, inputs, ...rest) => {
    const start = performance.now();
    const output = run(program, inputs, ...rest);
    backend.gpgpu.bindVertexArray(null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, pixel);
    const name = `${program.constructor.name === 'Object' ? program.name : program.constructor.name} ${program.outputShape}`;
    const entry = spent.get(name) ?? { name, times: 0, ms: 0 };
    entry.times++;
    entry.ms += performance.now() - start;
    spent.set(name, entry);
    return output;
  };
  const signs = syntheticSigns({ size: 32 });
  const network = preactResNet({ input: [32, 32, 3], classes: 6 });
  const classifier = createClassifier(network, { classes: signs.classes, seed: 0 });
  const seconds = [];
  let start = performance.now();
  for await (const event of train(classifier, signs, {
    batchSize: 16,
    optimizer: adam({ learningRate: 1.5e-4 }),
  })) {
    if (event.event !== 'step') continue;
    seconds.push((performance.now() - start) / 1000);
    if (seconds.length === steps) break;
    spent.clear();
    start = performance.now();
  }
  return { seconds, programs: [...spent.values()].sort((a, b) => b.ms - a.ms) };
}
