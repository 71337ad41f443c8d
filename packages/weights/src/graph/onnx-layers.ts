import type { GraphOp } from './graph.js';
import { noPlace } from './merges.js';
import { floatOf, intOf } from './onnx-attributes.js';
import { constantAt, parameterAt, same, theResult, type Call } from './onnx-call.js';
import type { Constant } from './onnx-constants.js';
import {
  append,
  asFeatures,
  asMap,
  channelsOf,
  type ParameterSource,
  type Result,
  withMap,
  vector,
} from './onnx-results.js';
import { movedSize, windowOf } from './onnx-windows.js';
import { initializers, type Role } from '@resnetjs/core';

export async function convolution(call: Call): Promise<Result> {
  const { node, reading } = call;
  const map = asMap(node, theResult(call), reading);
  const kernel = parameterAt(call, 1);
  const [filters = 0, depth = 0, ...size] = kernel.shape;
  const groups = intOf(node, 'group', 1);
  if (size.length !== 2 || depth * groups !== channelsOf(map) || groups < 1) {
    throw noPlace(
      node,
      `it takes ${channelsOf(map)} channels in ${groups} groups, and its kernel is [${kernel.shape.join(', ')}]`,
    );
  }
  const window = windowOf(call, size, map);
  const bias = constantAt(call, 2);
  if (bias !== undefined && String(bias.shape) !== String([filters])) {
    throw noPlace(node, `its bias is [${bias.shape.join(', ')}], for ${filters} filters`);
  }
  const hasBias = bias !== undefined && bias.fill !== 0;
  const { strides, padding, dilations } = window;
  const conv: GraphOp = {
    ...{ op: 'conv', filters, kernelSize: window.size, strides, padding, groups, dilations },
    ...{ bias: hasBias, initializer: initializers.kaimingNormal('fanOut') },
  };
  const at = append(node, conv, { from: [map], reading });
  const sources = new Map<Role, ParameterSource>([
    ['kernel', { constant: kernel, order: 'oihw', flattened: null }],
  ]);
  if (hasBias) sources.set('bias', vector(bias));
  reading.sources.set(at, sources);
  return { ...map, node: at, shape: withMap(map, movedSize(map, window), filters) };
}

export function normalization(call: Call): Result {
  const { node, reading } = call;
  const from = theResult(call);
  // Before version 14, that it gives the batch's statistics says so.
  if (intOf(node, 'training_mode', 0) !== 0 || node.outputs.slice(1).some((name) => name !== '')) {
    throw noPlace(node, 'it normalizes as in training, and not as in evaluation mode');
  }
  const vectors = [1, 2, 3, 4].map((index) => parameterAt(call, index));
  const channels = channelsOf(from);
  const wrong = vectors.find(({ shape }) => String(shape) !== String([channels]));
  if (wrong !== undefined || from.channelAxis !== 1 || intOf(node, 'spatial', 1) !== 1) {
    throw noPlace(
      node,
      `it normalizes [${from.shape.join(', ')}] with parameters of [${(wrong ?? vectors[0])?.shape.join(', ')}]`,
    );
  }
  const result = same(call, {
    op: 'norm',
    epsilon: floatOf(node, 'epsilon', 1e-5),
    momentum: floatOf(node, 'momentum', 0.9),
    scaleInitializer: initializers.ones(),
    runningVariance: reading.runningVariance,
  });
  const roles = ['scale', 'offset', 'mean', 'variance'] as const;
  const { flattened } = from;
  const sources = roles.map(
    (role, index) => [role, { ...vector(vectors[index] as Constant), flattened }] as const,
  );
  reading.sources.set(result.node, new Map(sources));
  return result;
}

export function dense(call: Call): Result {
  const { node, reading } = call;
  const features = asFeatures(node, theResult(call), reading);
  const kernel = parameterAt(call, 1);
  const isTransposed = intOf(node, 'transB', 0) !== 0;
  const [rows = 0, units = 0] = isTransposed ? kernel.shape.toReversed() : kernel.shape;
  const isPlain =
    floatOf(node, 'alpha', 1) === 1 && floatOf(node, 'beta', 1) === 1 && intOf(node, 'transA', 0) === 0;
  if (!isPlain) throw noPlace(node, 'it has an alpha, beta or transA of its own');
  if (kernel.shape.length !== 2 || rows !== channelsOf(features)) {
    throw noPlace(node, `it multiplies [${features.shape.join(', ')}] with [${kernel.shape.join(', ')}]`);
  }
  const bias = constantAt(call, 2);
  if (bias !== undefined && !['', '1,'].some((start) => String(bias.shape) === `${start}${units}`)) {
    throw noPlace(node, `it adds [${bias.shape.join(', ')}], and not a bias for each of ${units} units`);
  }
  const op: GraphOp = {
    ...{ op: 'dense', units, activation: 'linear', bias: bias !== undefined },
    initializer: initializers.glorotUniform(),
  };
  const at = append(node, op, { from: [features], reading });
  const { flattened } = features;
  const order = isTransposed ? 'outIn' : 'inOut';
  const sources = new Map<Role, ParameterSource>([['kernel', { constant: kernel, order, flattened }]]);
  if (bias !== undefined) sources.set('bias', vector({ ...bias, shape: [units] }));
  reading.sources.set(at, sources);
  return { ...features, node: at, shape: [features.shape[0] as number, units], flattened: null };
}
