// Writes what keras_config.py needs to build networks in Keras, and to compare what they compute:
//
//     node tooling/goldens/keras-config.mjs FOLDER [NAME…]
//
// For each network a JSON file with its Keras configuration and its layers, and a file with the values of their variables, then
// images, then what `forward` makes of them (softmax taken). Before that, the configuration is read back, and the network that it
// gives must make the same of them. Needs a build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { register } from '../../packages/backend-wasm/dist/index.js';
import {
  createNetwork,
  createVariables,
  disposeVariables,
  forward,
  withStochasticDepth,
} from '../../packages/core/dist/index.js';
import { kerasConfig, parseKerasConfig } from '../../packages/weights/dist/containers.js';
import { sample, sampleParameter } from './dist/sampling.js';

/** Small inputs, of which some sides are odd. */
const cases = {
  resnet18: { input: [64, 64, 3] },
  resnet50: { input: [67, 64, 3] },
  resnet50d: { input: [63, 64, 3] },
  'resnet50d, output stride 8': { input: [64, 48, 3], outputStride: 8 },
  seresnet50: { input: [64, 64, 3] },
  resnext50_32x4d: { input: [64, 64, 3] },
  'keras/resnet50': { input: [64, 64, 3] },
  'keras/resnet50v2': { input: [65, 64, 3] },
  'cifar/resnet20': { input: [32, 31, 3] },
  'cifar/preresnet110': { input: [32, 32, 3] },
  'cifar/wrn16_4': { input: [32, 32, 3], dropout: 0.3 },
  'mlperf/resnet8': { input: [32, 32, 3] },
  'course/resnet50': { input: [64, 64, 3] },
  'preact/resnet': { input: [32, 32, 3] },
  'resnet18, stochastic depth': { input: [64, 64, 3] },
};
const [folder, ...asked] = process.argv.slice(2);
if (folder === undefined) {
  console.error('node tooling/goldens/keras-config.mjs FOLDER [NAME…]');
  process.exit(2);
}

/** What a network computes with the values of its layers' parameters. */
function computed(network, layers, values, images) {
  const byId = new Map(
    layers.flatMap(({ parameters }, layer) => parameters.map(({ id }, at) => [id, values[layer][at]])),
  );
  const variables = createVariables(network, ({ id }) => byId.get(id));
  const result = tf.tidy(() => {
    const logits = forward(network, variables, images);
    const probabilities = network.head.some(({ activation }) => activation === 'softmax');
    return (probabilities ? tf.softmax(logits) : logits).dataSync();
  });
  disposeVariables(variables);
  return result;
}

await register();
mkdirSync(folder, { recursive: true });
for (const [name, options] of Object.entries(cases)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const created = createNetwork(name.split(',')[0], { classes: 7, ...options });
  const network = name.endsWith('depth') ? withStochasticDepth(created, 0.2) : created;
  const { config, layers } = kerasConfig(network);
  const values = layers.map(({ parameters }) => parameters.map((each) => sampleParameter(each)));
  const shape = [2, ...network.input];
  const images = tf.tensor(
    sample(
      `${name} images`,
      shape.reduce((a, b) => a * b),
      [-1, 1],
    ),
    shape,
  );
  const result = computed(network, layers, values, images);

  const again = parseKerasConfig(config);
  const order = again.layers.map(({ name }) => layers.findIndex((each) => each.name === name));
  const same = computed(
    again.network,
    again.layers,
    order.map((layer) => values[layer]),
    images,
  );
  const apart = Math.max(...result.map((value, at) => Math.abs(value - same[at])));
  console.log(`${name}: ${layers.length} layers with variables; read back, ${apart.toExponential(1)} apart`);
  if (!(apart < 1e-6)) process.exitCode = 1;

  const path = join(folder, name.replace(/\W+/g, '-'));
  writeFileSync(`${path}.json`, JSON.stringify({ name, config, layers, shape }));
  const all = [...values.flat(), images.dataSync(), result];
  writeFileSync(
    `${path}.bin`,
    Buffer.concat(all.map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength))),
  );
  images.dispose();
}
