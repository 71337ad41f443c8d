import { quote } from '../bad-file.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import type { GraphOp } from './graph.js';
import { noPlace } from './merges.js';
import type { Constant } from './onnx-constants.js';
import { append, type Reading, type Result } from './onnx-results.js';

/** A node with what it takes: undefined for an input that is left out. */
export interface Call {
  readonly node: OnnxFileNode;
  readonly inputs: readonly (Result | Constant | undefined)[];
  readonly reading: Reading;
}

/** What a node makes of images, the first of its inputs. */
export function theResult({ node, inputs: [result] }: Call): Result {
  if (result?.kind === 'result') return result;
  throw noPlace(node, 'its first input depends on no image');
}

/** One of the inputs that are parameters or settings. */
export function constantAt({ node, inputs }: Call, index: number): Constant | undefined {
  const input = inputs[index];
  if (input?.kind === 'result')
    throw noPlace(node, `its input ${quote(node.inputs[index] ?? '')} depends on images`);
  return input;
}

export function parameterAt(call: Call, index: number): Constant {
  const constant = constantAt(call, index);
  if (constant !== undefined) return constant;
  throw noPlace(call.node, 'it lacks a parameter');
}

/** Adds an operation that keeps the shape. */
export function same(call: Call, op: GraphOp, from = theResult(call)): Result {
  return { ...from, node: append(call.node, op, { from: [from], reading: call.reading }) };
}
