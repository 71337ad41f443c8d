import '@tensorflow/tfjs-backend-cpu';
import {
  createNetwork,
  preprocessings,
  dialectOf,
  disposeVariables,
  forward,
  type Network,
  type NetworkName,
  networks as knownNetworks,
  type Parameter,
  parameters,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxGoldens, type OnnxGolden } from '../containers/onnx/files.test-support.js';
import { joinedBytes } from '../joined-bytes.js';
import type { OnnxLayout } from '../graph/encode-onnx-graph.js';
import { encodeWeights } from './encode-weights.js';
import { openWeights } from './open-weights.js';
import { readVariables } from './read-weights.js';

beforeAll(() => tf.setBackend('cpu'));

const { tensors: _, ...networks } = onnxGoldens;
const size = { 'option A': [8, 8, 3], preactivated: [8, 8, 3], gated: [21, 15, 3], flat: [4, 6, 3] } as const;
const inputOf = (name: string) => size[name.split(',')[0] as keyof typeof size];

/** What the network of a file computes, softmax included if its dense layer names one. */
async function computed(name: string, { bytes, images }: OnnxGolden) {
  const [height, width, channels] = inputOf(name);
  const opened = await openWeights(bytes, { input: [height, width, channels] });
  const variables = await readVariables(opened);
  const { mean, std } = opened.preprocessing;
  const isPrepared = opened.preprocessingFrom === 'file';
  const last = opened.network.head.at(-1);
  const values = tf.tidy(() => {
    const given = isPrepared
      ? tf.tensor4d(images, [2, height, width, channels])
      : tf.transpose(tf.tensor4d(images, [2, channels, height, width]), [0, 2, 3, 1]);
    const prepared = isPrepared ? tf.div(tf.sub(given, [...mean]), [...std]) : given;
    const logits = forward(opened.network, variables, prepared as tf.Tensor4D);
    return [
      ...(last?.op === 'dense' && last.activation === 'softmax' ? tf.softmax(logits) : logits).dataSync(),
    ];
  });
  disposeVariables(variables);
  return { opened, values };
}

describe.each(Object.entries(networks))('the network in an ONNX file: %s,', (name, golden) => {
  it('computes what onnxruntime does', async () => {
    const { values } = await computed(name, golden);
    const largest = Math.max(...golden.logits.map(Math.abs));
    expect(values).toHaveLength(golden.logits.length);
    for (const [at, logit] of golden.logits.entries()) {
      expect(Math.abs((values[at] as number) - logit) / largest).toBeLessThan(1e-6); // float32
    }
  });
});

/** Some of few parameters; with RESNETJS_THOROUGH=1 all. */
const catalogue =
  process.env.RESNETJS_THOROUGH === '1'
    ? (Object.keys(knownNetworks) as NetworkName[])
    : (['cifar/resnet20', 'mlperf/resnet8', 'preact/resnet'] as const);

/** The bytes of an ONNX file of ours. */
async function written(
  network: Network,
  values: (parameter: Parameter) => Float32Array<ArrayBuffer>,
  layout: OnnxLayout = 'nchw',
): Promise<Uint8Array> {
  const read = async (parameter: Parameter) => values(parameter);
  const said = { classes: null, preprocessing: preprocessings.torchvision, training: null };
  const parts: Uint8Array[] = [];
  for await (const part of encodeWeights({ network, read, ...said }, { to: 'onnx', layout }).parts)
    parts.push(part);
  return joinedBytes(parts);
}

describe('an ONNX file of our own', () => {
  it.each(catalogue.flatMap((name) => (['nchw', 'nhwc'] as const).map((layout) => [name, layout] as const)))(
    'has the network %s, %s, and its values',
    async (name, layout) => {
      const network = createNetwork(name);
      const valuesOf = ({ id, shape }: Parameter) => {
        const start = id.length / 100;
        const size = shape.reduce((a, b) => a * b, 1);
        return Float32Array.from({ length: size }, (_, index) => start + (index % 1000) / 1000);
      };
      const opened = await openWeights(await written(network, valuesOf, layout));
      expect(opened).toMatchObject({ container: 'onnx', unused: [] });
      expect([opened.network.name, opened.dialect]).toEqual([name, dialectOf(name)]);
      expect(parameters(opened.network).map(({ id }) => id)).toEqual(parameters(network).map(({ id }) => id));
      for (const parameter of parameters(network)) {
        const [read, expected] = [await opened.read(parameter), valuesOf(parameter)];
        expect([parameter.id, Buffer.from(read.buffer).equals(Buffer.from(expected.buffer))]).toEqual([
          parameter.id,
          true,
        ]);
      }
    },
  );

  it('is of another network than one that is asked for', async () => {
    const zeros = ({ shape }: Parameter) => new Float32Array(shape.reduce((a, b) => a * b, 1));
    const file = await written(createNetwork('mlperf/resnet8'), zeros);
    await expect(openWeights(file, { network: 'cifar/resnet20' })).rejects.toMatchObject({
      code: 'bad-option',
      message: "The file's network is mlperf/resnet8, not cifar/resnet20.",
    });
  });
});

describe('an ONNX file is known by its first bytes,', () => {
  const { bytes } = onnxGoldens['option A, old'] as OnnxGolden;

  it('though the rest is missing', async () => {
    await expect(openWeights(bytes.subarray(0, 1000), {})).rejects.toThrow(/The ONNX file is damaged/);
  });

  it("and not taken for TensorFlow's SavedModel, whose version is 1", async () => {
    const other = bytes.slice();
    other[1] = 1;
    await expect(openWeights(other, {})).rejects.toThrow(/those of no format that ResNet\.js reads.*ONNX/);
  });
});
