import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  sampleInitialValues,
  parameterId,
  parameters,
  createNetwork,
  outputShape,
  statelessSource,
  walk,
} from '@resnetjs/core';
import { encodeWeights } from '@resnetjs/weights';

/** @typedef {'inference' | 'training'} Task */
/** @typedef {import('@resnetjs/core').NetworkName} NetworkName */
/** @typedef {{ title: string, task: Task, size: number, batchSize: number, classes: number, network?: NetworkName }} Workload */

/**
 * Inference of networks, on images of the size that each is for.
 * @param {readonly NetworkName[]} names
 * @param {number} batchSize
 * @returns {Workload[]}
 */
export const inferenceOf = (names, batchSize) =>
  names.map((network) => {
    const built = createNetwork(network);
    const [size] = built.input;
    const [classes = 0] = outputShape(built);
    const title = `Inference, ${network}, ${size}², batch ${batchSize}, ${classes} classes`;
    return { title, task: 'inference', size, batchSize, classes, network };
  });

/** @satisfies {Record<Task, Workload>} */
export const course = {
  inference: {
    title: "Inference, the course's ResNet-50, 64², batch 32, 6 classes",
    ...{ task: /** @type {const} */ ('inference'), size: 64, batchSize: 32, classes: 6 },
  },
  training: {
    title: "A training step, the course's ResNet-50, 64², batch 32, 6 classes, Adam",
    ...{ task: /** @type {const} */ ('training'), size: 64, batchSize: 32, classes: 6 },
  },
};

export const learningRate = 1e-3;

/**
 * Writes what every contender reads: the network as our data and as a plain list of nodes, its weights and a batch
 * of images as raw float32, and the same network as an ONNX file.
 * @param {Workload} workload
 * @param {string} folder
 */
export async function writeWorkload({ task, size, batchSize, classes, network: name }, folder) {
  const network = createNetwork(name ?? 'course/resnet50', { input: [size, size, 3], classes });
  const values = sampleWeights(network);
  const all = parameters(network);
  let offset = 0;
  const places = new Map(
    all.map(({ id, shape }) => {
      const place = { shape, offset };
      offset += values.get(id)?.length ?? 0;
      return [id, place];
    }),
  );
  const roles = /** @type {const} */ (['kernel', 'bias', 'scale', 'offset', 'mean', 'variance']);
  const nodes = plainNodes(
    walk(network).map(({ op, from, site }) => ({
      ...op,
      from,
      parameters: Object.fromEntries(
        roles.flatMap((role) => {
          const place = places.get(parameterId(site, role));
          return place === undefined ? [] : [[role, place]];
        }),
      ),
    })),
  );
  const images = Float32Array.from(noise(batchSize * size * size * 3), (byte) => byte / 255);
  const description = { task, batchSize, classes, learningRate, network, nodes };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'network.json'), JSON.stringify(description));
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(all.map(({ id }) => bytes(values.get(id)))));
  writeFileSync(join(folder, 'images.bin'), bytes(images));
  if (task === 'inference') {
    writeFileSync(
      join(folder, 'network.onnx'),
      await onnxFile(network, values, { batchSize, layout: 'nhwc' }),
    );
  }
}

/**
 * Nodes with no padding but 'same' and 'valid', which is all that most contenders have: margins that are what 'same' gives
 * become 'same', others a node of their own.
 * @param {readonly any[]} nodes
 */
export function plainNodes(nodes) {
  /** @type {any[]} */
  const plain = [];
  /** @type {number[]} the new places of the nodes */
  const places = [];
  for (const { from, ...node } of nodes) {
    let inputs = from.map((/** @type {number} */ each) => places[each]);
    if (Array.isArray(node.padding)) {
      const [top, bottom, left, right] = node.padding;
      if (isSame(node)) node.padding = 'same';
      else {
        node.padding = 'valid';
        if (top + bottom + left + right > 0) {
          // Around values that aren't negative, zeros don't change a maximum.
          if (node.op === 'pool' && (node.mode !== 'max' || plain[inputs[0]].op !== 'act'))
            throw new Error('Margins of pooling, but for maxima of activations, are not supported.');
          plain.push({ op: 'pad', top, bottom, left, right, from: inputs, parameters: {} });
          inputs = [plain.length - 1];
        }
      }
    }
    places.push(plain.length);
    plain.push({ ...node, from: inputs });
  }
  return plain;
}

/** Whether margins are those of 'same' for a map of any size. @param {any} node */
function isSame({ op, padding: [top, bottom, left, right], kernelSize, strides, dilations }) {
  if (op !== 'conv' || strides[0] > 1 || strides[1] > 1) return false;
  const [height, width] = [(kernelSize[0] - 1) * dilations[0], (kernelSize[1] - 1) * dilations[1]];
  return (
    top === Math.floor(height / 2) &&
    bottom === Math.ceil(height / 2) &&
    left === Math.floor(width / 2) &&
    right === Math.ceil(width / 2)
  );
}

/**
 * A network with its values as an ONNX file.
 * @param {import('@resnetjs/core').Network} network
 * @param {ReadonlyMap<string, Float32Array<ArrayBuffer>>} values
 * @param {Omit<import('@resnetjs/weights').EncodeWeightsOptions, 'to'>} options
 */
export async function onnxFile(network, values, options) {
  const preprocessing = /** @type {const} */ ({
    ...{ mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear', fit: 'fill' },
  });
  const weights = { network, classes: null, preprocessing, training: null };
  const read = async (/** @type {{ id: string }} */ { id }) => values.get(id) ?? new Float32Array(0);
  const parts = [];
  const encoded = encodeWeights({ ...weights, read }, { to: 'onnx', ...options });
  for await (const part of encoded.parts) parts.push(part);
  return Buffer.concat(parts);
}

/**
 * Initial weights as for training, but none exactly 0 or 1, so that a contender that ignores a bias or a statistic is found out.
 * @param {import('@resnetjs/core').Network} network
 * @returns {Map<string, Float32Array>}
 */
export function sampleWeights(network) {
  const random = statelessSource(0);
  return new Map(
    parameters(network).map(({ id, role, shape, initializer }) => {
      const values = sampleInitialValues(initializer, shape, random);
      const seed = createHash('sha256').update(id).digest().readUInt32LE();
      if (role === 'kernel') return [id, values];
      const shifts = noise(values.length, seed);
      return [id, values.map((value, index) => value + ((shifts[index] ?? 0) / 255 - 0.5) * 0.2)];
    }),
  );
}

/** Reproducible bytes that look like noise. */
export function noise(/** @type {number} */ count, seed = 0) {
  return Uint8Array.from({ length: count }, (_, index) => Math.imul(index + seed + 1, 0x9e3779b1) >>> 24);
}

const bytes = (/** @type {Float32Array | undefined} */ values) =>
  Buffer.from(values?.buffer ?? new ArrayBuffer(0), values?.byteOffset, values?.byteLength);
