import { parameterId, shapes, walk } from '@resnetjs/core';
import { onnxFile } from './messages.mjs';

/** @typedef {import('@resnetjs/core').Network} Network */
/** @typedef {(id: string) => Float32Array} ValuesOf the values of a parameter, row-major */

/**
 * A network and its weights as an ONNX file, opset 13. Like ours, it takes images [batch, height, width, channels] and returns
 * logits [batch, classes]; its feature maps in between are [batch, channels, height, width].
 * @param {Network} network
 * @param {ValuesOf} valuesOf
 * @param {{ batchSize: number }} options
 */
export function toOnnx(network, valuesOf, { batchSize }) {
  const walked = walk(network);
  const results = shapes(network);
  /** @type {import('./messages.mjs').Node[]} */
  const nodes = [];
  /** @type {import('./messages.mjs').Tensor[]} */
  const tensors = [];
  const nameOf = (/** @type {number} */ node) => (node === 0 ? 'maps' : `node${node}`);

  nodes.push({ type: 'Transpose', inputs: ['images'], output: 'maps', attributes: { perm: [0, 3, 1, 2] } });
  walked.forEach(({ op, site, from }, index) => {
    const input = /** @type {readonly number[]} */ (results[from[0] ?? 0]);
    const output = nameOf(index);
    const inputs = from.map(nameOf);
    /** @param {string} role @param {readonly number[]} shape @param {Float32Array | BigInt64Array} data */
    const constant = (role, shape, data) => {
      tensors.push({ name: `${output}.${role}`, shape, data });
      return `${output}.${role}`;
    };
    const values = (/** @type {import('@resnetjs/core').Role} */ role) => valuesOf(parameterId(site, role));
    const vector = (/** @type {import('@resnetjs/core').Role} */ role) =>
      constant(role, [values(role).length], values(role));
    switch (op.op) {
      case 'input':
        return;
      case 'conv': {
        const [height, width] = op.kernelSize;
        const channels = /** @type {number} */ (input.at(-1));
        const shape = [op.filters, channels, height, width];
        inputs.push(constant('kernel', shape, outermostFirst(values('kernel'), height * width, channels)));
        if (op.bias) inputs.push(vector('bias'));
        const attributes = {
          kernel_shape: op.kernelSize,
          strides: op.strides,
          pads: margins(op.padding, input, op.kernelSize, op.strides),
        };
        nodes.push({ type: 'Conv', inputs, output, attributes });
        return;
      }
      case 'norm': {
        for (const role of /** @type {const} */ (['scale', 'offset', 'mean', 'variance']))
          inputs.push(vector(role));
        nodes.push({ type: 'BatchNormalization', inputs, output, attributes: { epsilon: op.epsilon } });
        return;
      }
      case 'act':
        if (op.activation === 'relu6') throw new Error('relu6 has no ONNX operator of its own');
        nodes.push({ type: op.activation === 'relu' ? 'Relu' : 'Sigmoid', inputs, output });
        return;
      case 'add':
        nodes.push({ type: 'Add', inputs, output });
        return;
      case 'pad': {
        const pads = [0, 0, op.top, op.left, 0, 0, op.bottom, op.right];
        inputs.push(constant('pads', [8], BigInt64Array.from(pads, BigInt)));
        nodes.push({ type: 'Pad', inputs, output });
        return;
      }
      case 'pool': {
        const attributes = {
          kernel_shape: op.size,
          strides: op.strides,
          pads: margins(op.padding, input, op.size, op.strides),
        };
        nodes.push({ type: op.mode === 'max' ? 'MaxPool' : 'AveragePool', inputs, output, attributes });
        return;
      }
      case 'flatten':
        nodes.push({ type: 'Flatten', inputs, output });
        return;
      case 'dense': {
        const map = /** @type {readonly number[]} */ (results[walked[from[0] ?? 0]?.from[0] ?? 0]);
        const flattened = walked[from[0] ?? 0]?.op.op === 'flatten' && map.length === 3;
        const kernel = values('kernel');
        const rows = flattened ? channelsFirst(kernel, map, op.units) : kernel;
        inputs.push(constant('kernel', [kernel.length / op.units, op.units], rows), vector('bias'));
        nodes.push({ type: 'Gemm', inputs, output });
        return;
      }
      default:
        throw new Error(`ONNX: ${/** @type {any} */ (op).op} is not supported`);
    }
  });
  return onnxFile({
    name: network.name,
    opset: 13,
    nodes,
    tensors,
    input: { name: 'images', shape: [batchSize, ...network.input] },
    output: {
      name: nameOf(walked.length - 1),
      shape: [batchSize, .../** @type {readonly number[]} */ (results.at(-1))],
    },
  });
}

/**
 * Transposes [positions, in, out] to [out, in, positions].
 * @param {Float32Array} kernel
 * @param {number} positions
 * @param {number} channels
 */
function outermostFirst(kernel, positions, channels) {
  const filters = kernel.length / positions / channels;
  const moved = new Float32Array(kernel.length);
  for (let position = 0, at = 0; position < positions; position++)
    for (let channel = 0; channel < channels; channel++)
      for (let filter = 0; filter < filters; filter++, at++)
        moved[(filter * channels + channel) * positions + position] = kernel[at] ?? 0;
  return moved;
}

/**
 * Reorders the rows of a dense kernel after a flattened [height, width, channels] map for [channels, height, width].
 * @param {Float32Array} kernel
 * @param {readonly number[]} map
 * @param {number} units
 */
function channelsFirst(kernel, [height = 1, width = 1, channels = 1], units) {
  const moved = new Float32Array(kernel.length);
  for (let position = 0; position < height * width; position++)
    for (let channel = 0; channel < channels; channel++) {
      const row = (position * channels + channel) * units;
      moved.set(kernel.subarray(row, row + units), (channel * height * width + position) * units);
    }
  return moved;
}

/**
 * The padding of 'same' around a map: top, left, bottom, right; an odd zero goes to the bottom or right.
 * @param {import('@resnetjs/core').Padding} padding
 * @param {readonly number[]} map
 * @param {readonly number[]} window
 * @param {readonly number[]} strides
 */
function margins(padding, map, window, strides) {
  if (padding === 'valid') return [0, 0, 0, 0];
  const totals = [0, 1].map((axis) => {
    const [size, kernel, stride] = [map[axis] ?? 1, window[axis] ?? 1, strides[axis] ?? 1];
    return Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  });
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}
