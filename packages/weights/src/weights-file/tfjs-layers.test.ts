// Models of the real tfjs-layers, read here, and models of ours, read there: both compute the same.
import '@tensorflow/tfjs-backend-cpu';
import {
  createNetwork,
  disposeVariables,
  forward,
  type Network,
  type NetworkName,
  type Op,
  parameters,
  preprocessings,
  RandomGenerator,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { inShards, type ModelFiles, sourceOf } from '../containers/tfjs/files.test-support.js';
import { encodeWeights, type WeightsToWrite } from './encode-weights.js';
import { loadedModel, savedFiles } from './layers-models.test-support.js';
import { openWeights } from './open-weights.js';
import { readVariables } from './read-weights.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const generator = RandomGenerator.stateless(20, 15);
const sampled = (length: number, sample = () => generator.normal()) => Float32Array.from({ length }, sample);

const sizeOf = (shape: readonly (number | null)[]) => shape.reduce((a: number, b) => a * (b ?? 1), 1);

/** Weights and statistics of which no two are alike. */
function sampleWeights(model: layers.LayersModel): layers.LayersModel {
  for (const layer of model.layers.flatMap((each) =>
    each instanceof layers.LayersModel ? each.layers : each,
  )) {
    layer.setWeights(
      layer.weights.map(({ name, shape }) => {
        const sample = () =>
          /variance|gamma/.test(name) ? 0.5 + generator.uniform() : generator.normal() / Math.sqrt(8);
        return tf.tensor(sampled(sizeOf(shape), sample), shape as number[]);
      }),
    );
  }
  return model;
}

type Symbolic = layers.SymbolicTensor;
const conv = (filters: number, name: string, options: object = {}) =>
  layers.layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, name, ...options });
const norm = (name: string) => layers.layers.batchNormalization({ name, epsilon: 1.001e-5 });
const relu = () => layers.layers.activation({ activation: 'relu' });
const through = (x: Symbolic, ...line: layers.layers.Layer[]) =>
  line.reduce((each, layer) => layer.apply(each) as Symbolic, x);
const sum = (a: Symbolic, b: Symbolic) => layers.layers.add().apply([a, b]) as Symbolic;
const classified = (x: Symbolic, activation?: 'softmax') =>
  through(
    x,
    layers.layers.globalAveragePooling2d({}),
    layers.layers.dense({ units: 5, name: 'predictions', ...(activation && { activation }) }),
  );

const models: Readonly<Record<string, () => layers.LayersModel>> = {
  functional() {
    const inputs = layers.input({ shape: [9, 10, 3] });
    const stem = through(inputs, conv(8, 'stem'), norm('stem_bn'), relu());
    const branch = through(
      stem,
      conv(12, 'a', { strides: 2 }),
      norm('a_bn'),
      relu(),
      conv(12, 'b'),
      norm('b_bn'),
    );
    const short = through(stem, conv(12, 'projection', { strides: 2, kernelSize: 1 }), norm('p_bn'));
    const block = through(sum(branch, short), relu());
    const second = through(block, conv(12, 'c'), norm('c_bn'), relu(), conv(12, 'd'), norm('d_bn'));
    return layers.model({ inputs, outputs: classified(through(sum(block, second), relu()), 'softmax') });
  },
  sequential() {
    const { conv2d, depthwiseConv2d, maxPooling2d, averagePooling2d, flatten, dense } = layers.layers;
    return layers.sequential({
      layers: [
        conv2d({ filters: 6, kernelSize: 3, activation: 'relu', inputShape: [12, 11, 3] }),
        maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        norm('bn'),
        depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2 }),
        conv2d({ filters: 8, kernelSize: [1, 3], padding: 'same', activation: 'relu6' }),
        averagePooling2d({ poolSize: [1, 2] }),
        flatten(),
        dense({ units: 5 }),
      ],
    });
  },
  'pre-activation'() {
    const inputs = layers.input({ shape: [8, 8, 2] });
    let x = conv(6, 'stem').apply(inputs) as Symbolic;
    for (const [index, filters] of [6, 9, 9].entries()) {
      const strides = index === 1 ? 2 : 1;
      const pre = through(x, norm(`${index}_bn1`), relu());
      const branch = through(
        pre,
        conv(filters, `${index}_conv1`, { strides }),
        norm(`${index}_bn2`),
        relu(),
        conv(filters, `${index}_conv2`, { useBias: true }),
      );
      const projection = conv(filters, `${index}_projection`, { kernelSize: 1, strides });
      x = sum(strides === 1 ? x : (projection.apply(pre) as Symbolic), branch);
    }
    return layers.model({ inputs, outputs: classified(through(x, norm('post_bn'), relu())) });
  },
  gated() {
    const { globalAveragePooling2d, reshape, dense, multiply } = layers.layers;
    const inputs = layers.input({ shape: [6, 6, 4] });
    const branch = through(inputs, conv(4, 'a'), norm('a_bn'));
    const gate = through(
      branch,
      globalAveragePooling2d({}),
      reshape({ targetShape: [1, 1, 4] }),
      dense({ units: 2, activation: 'relu', name: 'squeeze' }),
      dense({ units: 4, activation: 'sigmoid', name: 'excite' }),
    );
    const gated = multiply().apply([branch, gate]) as Symbolic;
    return layers.model({ inputs, outputs: classified(through(sum(gated, inputs), relu())) });
  },
  nested() {
    const inner = layers.input({ shape: [8, 8, 3] });
    const stem = through(inner, conv(5, 'stem'), relu());
    const body = layers.model({
      name: 'body',
      inputs: inner,
      outputs: sum(stem, through(stem, conv(5, 'a'), norm('bn'))),
    });
    const inputs = layers.input({ shape: [8, 8, 3] });
    return layers.model({ inputs, outputs: classified(through(inputs, body)) });
  },
};

/** What a model computes for two images, of which the first axis are the images. */
function predicted(model: layers.LayersModel, images: Float32Array): number[] {
  return tf.tidy(() => {
    const shape = model.inputs[0]?.shape.slice(1) as number[];
    return [...(model.predict(tf.tensor(images, [2, ...shape])) as tf.Tensor).dataSync()];
  });
}

/** What is computed here. */
async function computed(weights: WeightsToWrite, images: Float32Array): Promise<number[]> {
  const variables = await readVariables(weights);
  const { network } = weights;
  const { head, input } = network;
  const results = tf.tidy(() => {
    const logits = forward(network, variables, tf.tensor4d(images, [2, ...input]));
    const last = head.at(-1);
    return [
      ...(last?.op === 'dense' && last.activation === 'softmax'
        ? tf.softmax(logits as tf.Tensor2D)
        : logits
      ).dataSync(),
    ];
  });
  disposeVariables(variables);
  return results;
}

const isSame = (a: ArrayBufferView | undefined, b: ArrayBufferView) =>
  a !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] as number))) / Math.hypot(...b);

async function writtenFiles(weights: WeightsToWrite, half = false): Promise<ModelFiles> {
  const { parts, beside } = encodeWeights(weights, { to: 'tfjs', half });
  const files = new Map<string, Uint8Array>();
  for (const file of [...beside, { name: 'model.json', parts }])
    files.set(file.name, await bytesOf(file.parts));
  return files;
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) all.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(all).arrayBuffer());
}

describe.each(Object.entries(models))('a %s model that tfjs-layers saved', (_name, build) => {
  it('computes the same here, and there again', async () => {
    const model = sampleWeights(build());
    const [{ shape }] = model.inputs as [Symbolic];
    const images = sampled(2 * sizeOf(shape.slice(1)));
    const expected = predicted(model, images);
    const files = await savedFiles(model);
    const opened = await openWeights(sourceOf(files));
    expect(opened).toMatchObject({ container: 'tfjs', unused: [] });
    expect(distance(await computed(opened, images), expected)).toBeLessThan(1e-5);
    const again = await loadedModel(await writtenFiles(opened));
    expect(distance(predicted(again, images), expected)).toBeLessThan(1e-5);
  });
});

/** A network with values of which no two are alike. */
function weightsOf(network: Network): WeightsToWrite {
  const values = new Map(
    parameters(network).map(({ id, shape, role }) => {
      const fan = sizeOf(shape.slice(0, -1));
      const sample = () =>
        role === 'scale' || role === 'variance'
          ? 0.5 + generator.uniform()
          : generator.normal() / Math.sqrt(fan);
      return [id, sampled(sizeOf(shape), sample)];
    }),
  );
  return {
    network,
    classes: ['a', 'b', 'c', 'd', 'e'],
    preprocessing: preprocessings.cifar,
    training: null,
    read: async ({ id }) => values.get(id) as Float32Array<ArrayBuffer>,
  };
}

/** Networks of each kind, of which the first stages tell: option A, pre-activation, margins before pooling, a gate. */
const networks: readonly (readonly [NetworkName, object, number])[] = [
  ['cifar/resnet20', { input: [9, 8, 3] }, 2],
  ['mlperf/resnet8', { input: [9, 8, 3] }, 3],
  ['preact/resnet', { input: [16, 16, 3] }, 1],
  ['seresnet50', { input: [17, 16, 3] }, 1],
];

// The whole networks, and those of Keras and the documents: tooling/goldens/tfjs.mjs.
describe.each(networks)('%s as a layers model', (name, options, stages) => {
  it('computes the same in tfjs-layers, and is read back', async () => {
    const whole = createNetwork(name, { classes: 5, ...options });
    const weights = weightsOf({ ...whole, stages: whole.stages.slice(0, stages) });
    const images = sampled(2 * sizeOf(weights.network.input));
    const files = await writtenFiles(weights);
    const expected = await computed(weights, images);
    expect(distance(predicted(await loadedModel(files), images), expected)).toBeLessThan(1e-5);
    const opened = await openWeights(sourceOf(files));
    expect(distance(await computed(opened, images), expected)).toBeLessThan(1e-5);
    const { classes, preprocessing } = weights;
    expect(opened).toMatchObject({ classes, preprocessing, classesFrom: 'file', preprocessingFrom: 'file' });
  });
});

describe('a layers model', () => {
  it('in shards that cut tensors is read as one in a single file', async () => {
    const model = sampleWeights((models.functional as () => layers.LayersModel)());
    const files = await savedFiles(model);
    const [whole, cut] = [
      await openWeights(sourceOf(files)),
      await openWeights(sourceOf(inShards(files, 101))),
    ];
    for (const parameter of parameters(whole.network)) {
      expect(isSame(await cut.read(parameter), await whole.read(parameter))).toBe(true);
    }
  });

  it('has shards of four mebibytes, of which tfjs-layers reads each value', async () => {
    const weights = weightsOf(createNetwork('cifar/resnet20', { classes: 20_000 }));
    const files = await writtenFiles(weights);
    const shards = [...files]
      .filter(([name]) => name !== 'model.json')
      .map(([name, { length }]) => [name, length]);
    expect(shards).toEqual([
      ['group1-shard1of2.bin', 2 ** 22],
      ['group1-shard2of2.bin', 4 * (269_722 + 1376 + 65 * 19_990) - 2 ** 22],
    ]);
    const model = await loadedModel(files);
    const { weights: layers = [] } = model.layers.at(-1) ?? {};
    for (const [index, parameter] of parameters(weights.network).slice(-2).entries()) {
      expect(isSame(layers[index]?.read().dataSync(), await weights.read(parameter))).toBe(true);
    }
  });

  it('of halves is what tfjs-layers makes of them', async () => {
    const weights = weightsOf(createNetwork('mlperf/resnet8', { input: [9, 8, 3], classes: 5 }));
    const files = await writtenFiles(weights, true);
    const model = await loadedModel(files);
    const opened = await openWeights(sourceOf(files));
    expect(new Set([...opened.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
    const images = sampled(2 * sizeOf(weights.network.input));
    const expected = await computed(opened, images);
    expect(distance(predicted(model, images), expected)).toBeLessThan(1e-5);
    const lost = distance(expected, await computed(weights, images));
    expect(lost).toBeGreaterThan(1e-5);
    expect(lost).toBeLessThan(1e-2);
  });

  it('may pool to a map of one pixel, and have a grouped convolution of single channels', async () => {
    const network = createNetwork('mlperf/resnet8', { input: [9, 8, 3], classes: 5 });
    const [dense] = network.head.slice(-1) as [Op];
    const stem = network.stem.map((op): Op => (op.op === 'conv' ? { ...op, filters: 6, groups: 3 } : op));
    const changed = weightsOf({
      ...network,
      ...{ stem, stages: [], name: 'file/changed' },
      head: [{ op: 'globalPool', keepDims: true }, { op: 'flatten' }, dense],
    });
    const images = sampled(2 * sizeOf(network.input));
    const files = await writtenFiles(changed);
    const expected = await computed(changed, images);
    expect(distance(predicted(await loadedModel(files), images), expected)).toBeLessThan(1e-5);
    const opened = await openWeights(sourceOf(files));
    expect(opened.network.head[0]).toEqual({ op: 'globalPool', keepDims: true });
    expect(distance(await computed(opened, images), expected)).toBeLessThan(1e-5);
  });

  it('of a grouped convolution is refused: tfjs-layers has none', () => {
    const network = createNetwork('resnext50_32x4d');
    const small = weightsOf(createNetwork('mlperf/resnet8', { classes: 5 }));
    expect(() => encodeWeights({ ...small, network }, { to: 'tfjs' })).toThrow(
      'layer1.0.conv2, a convolution in 32 groups',
    );
  });
});
