import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';

/** A whole number among a node's attributes. Throws `bad-file` for something else under this name. */
export function intOf(node: OnnxFileNode, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return otherwise;
  if (attribute.int !== undefined) return attribute.int;
  throw noPlace(node, `its ${name} is not a whole number`);
}

/** A list of whole numbers among a node's attributes; undefined if there is none. Throws `bad-file` for something else. */
export function intsOf(node: OnnxFileNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  if (attribute === undefined || attribute.ints !== undefined) return attribute?.ints;
  if (Object.keys(attribute).length === 0) return [];
  throw noPlace(node, `its ${name} is not a list of whole numbers`);
}

/** A number among a node's attributes, as it was before it became a float32: 1e-5, and not 9.999999747378752e-6. */
export function floatOf(node: OnnxFileNode, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return otherwise;
  if (attribute.float !== undefined) return shortest(attribute.float);
  throw noPlace(node, `its ${name} is not a number`);
}

/** A word among a node's attributes. */
export function wordOf(node: OnnxFileNode, name: string, otherwise: string): string {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return otherwise;
  if (attribute.text !== undefined) return attribute.text;
  throw noPlace(node, `its ${name} is not a word`);
}

/** The shortest decimal number that is this one as a float32. */
export function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
