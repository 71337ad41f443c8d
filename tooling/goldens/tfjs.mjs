// Networks through the real tfjs-layers:
//
//     node tooling/goldens/tfjs.mjs networks [NAME…]     ours, written, in tfjs-layers; what it saves, read back
//     node tooling/goldens/tfjs.mjs models FOLDER        models of Keras, as the converter writes them (tfjs_models.py)
//
// Both sides compute on TensorFlow.js's plain JavaScript backend. Needs a build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import {
  createNetwork,
  createVariables,
  disposeVariables,
  forward,
  networks,
} from '../../packages/core/dist/index.js';
import {
  byteSource,
  encodeWeights,
  openWeights,
  readVariables,
  weightsOf,
} from '../../packages/weights/dist/index.js';
import { readModel } from '../../packages/weights/dist/node/index.js';
import { sample, sampleParameter } from './dist/sampling.js';

const tolerance = 1e-5;
/** Sides of images, some of them odd; 32 for what isn't listed. */
const inputs = {
  resnet18: [33, 35, 3],
  resnet50: [33, 32, 3],
  resnet26d: [33, 32, 3],
  'keras/resnet50': [33, 32, 3],
  'keras/resnet50v2': [33, 35, 3],
  'course/resnet50': [64, 64, 3],
  'cifar/resnet20': [9, 8, 3],
  'mlperf/resnet8': [9, 8, 3],
};
const usual = [
  ...['resnet18', 'resnet50', 'resnet26d', 'resnet50d', 'seresnet50', 'keras/resnet50', 'keras/resnet50v2'],
  ...['course/resnet50', 'preact/resnet', 'cifar/resnet20', 'cifar/preresnet110', 'cifar/wrn16_4'],
  'mlperf/resnet8',
];

function imagesOf(name, [height, width, channels]) {
  const shape = [2, height, width, channels];
  const size = shape.reduce((a, b) => a * b);
  return tf.tensor(sample(`${name} images`, size, [-1, 1]), shape);
}

/** What a network computes here, its softmax taken. */
function computed(network, variables, images) {
  return tf.tidy(() => {
    const logits = forward(network, variables, images);
    const probabilities = network.head.some(({ activation }) => activation === 'softmax');
    return (probabilities ? tf.softmax(logits) : logits).dataSync();
  });
}

async function computedOf(source, images) {
  const opened = await openWeights(source);
  const variables = await readVariables(opened);
  const result = computed(opened.network, variables, images);
  disposeVariables(variables);
  return { result, name: opened.network.name };
}

/** Relative, in L2. */
function distance(a, b) {
  const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, index) => value - b[index])) / norm(b);
}

async function collected(parts) {
  const all = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** The model that tfjs-layers' own reader for pages makes of files. */
function loaded(files) {
  const fetchFunc = async (url) =>
    new Response(files.get(decodeURIComponent(String(url).replace(/.*\//, ''))));
  return layers.loadLayersModel(tf.io.http('http://server/model.json', { fetchFunc }));
}

/** The files that its own writer for servers makes of a model. */
async function saved(model) {
  const files = new Map();
  const fetchFunc = async (_, { body }) => {
    for (const [name, file] of body) files.set(name, Buffer.from(await file.arrayBuffer()));
    return new Response();
  };
  await model.save(tf.io.http('http://server/model', { fetchFunc }));
  return files;
}

const sourceOf = (files) =>
  byteSource(
    files.get('model.json'),
    [...files].map(([name, bytes]) => new File([bytes], name)),
  );

const predicted = (model, images) => tf.tidy(() => model.predict(images).dataSync());

function report(name, what, distances) {
  console.log(`${name}: ${what}; ${distances.map((each) => each.toExponential(1)).join(', ')} apart`);
  if (!distances.every((each) => each < tolerance)) process.exitCode = 1;
}

async function throughLayers(name) {
  const network = createNetwork(name, { input: inputs[name] ?? [32, 32, 3], classes: 7 });
  const variables = createVariables(network, sampleParameter);
  const images = imagesOf(name, network.input);
  const expected = computed(network, variables, images);
  const preprocessing = { mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear', fit: 'fill' };
  const weights = weightsOf({ network, variables, classes: [...'abcdefg'], preprocessing });
  const { parts, beside } = encodeWeights(weights, { to: 'tfjs' });
  const files = new Map();
  for (const file of beside) files.set(file.name, await collected(file.parts));
  files.set('model.json', await collected(parts));
  const model = await loaded(files);
  const theirs = predicted(model, images);
  const back = await computedOf(sourceOf(files), images);
  const again = await computedOf(sourceOf(await saved(model)), images);
  report(name, `${files.size} files, read back ${back.name}, saved there ${again.name}`, [
    distance(theirs, expected),
    distance(back.result, expected),
    distance(again.result, expected),
  ]);
  disposeVariables(variables);
  model.dispose();
  images.dispose();
}

/** Folders with model.json, shards, images.f32 and what Keras makes of them, result.f32. */
async function throughKeras(folder) {
  for (const name of readdirSync(folder).sort()) {
    const place = join(folder, name);
    const values = (file) => new Float32Array(new Uint8Array(readFileSync(join(place, file))).buffer);
    const { shape, tolerance: lost } = JSON.parse(readFileSync(join(place, 'case.json'), 'utf8'));
    const images = tf.tensor(values('images.f32'), shape);
    const ours = await readModel(place, (source) => computedOf(source, images));
    const apart = distance(ours.result, values('result.f32'));
    console.log(`${name}: read as ${ours.name}, ${apart.toExponential(1)} apart (at most ${lost})`);
    if (!(apart < lost)) process.exitCode = 1;
    images.dispose();
  }
}

const [kind, ...rest] = process.argv.slice(2);
await tf.setBackend('cpu');
if (kind === 'models' && rest.length === 1) await throughKeras(rest[0]);
else if (kind === 'networks' && rest.every((name) => Object.hasOwn(networks, name))) {
  for (const name of rest.length > 0 ? rest : usual) await throughLayers(name);
} else {
  console.error('node tooling/goldens/tfjs.mjs networks [NAME…] | models FOLDER');
  process.exit(2);
}
