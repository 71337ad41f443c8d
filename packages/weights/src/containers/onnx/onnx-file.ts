import type { TensorContainer, TensorInfo } from '../container.js';

/** A tensor of a file, whose values are read when they are asked for. */
export interface OnnxFileTensor extends TensorInfo {
  /** Its values, row-major and little-endian, in a new array. Throws `bad-file`. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** An attribute of a node: what the file has for it, usually one of these. */
export interface OnnxFileAttribute {
  readonly float?: number;
  readonly int?: number;
  readonly text?: string;
  /** A text for a tensor whose values nothing is computed with: its type. */
  readonly tensor?: OnnxFileTensor | string;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  /** There if it is a graph, or several. */
  readonly isGraph?: true;
}

/** A node of a file's graph. */
export interface OnnxFileNode {
  /** Its own, or its first result's; not unique. */
  readonly name: string;
  /** Whose operator it is; empty for ONNX's own. */
  readonly domain: string;
  /** The operator. */
  readonly type: string;
  /** Names of tensors and of other nodes' results; empty for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxFileAttribute>;
}

/** What a graph takes or gives. */
export interface OnnxFileValue {
  readonly name: string;
  /** A size that isn't fixed is null. Null for what is no tensor, or has a shape that isn't said. */
  readonly shape: readonly (number | null)[] | null;
}

/** The graph of an ONNX file. */
export interface OnnxFileGraph {
  readonly name: string;
  /** In the order of the file. */
  readonly nodes: readonly OnnxFileNode[];
  /** Without those that have a value in the file. */
  readonly inputs: readonly OnnxFileValue[];
  readonly outputs: readonly OnnxFileValue[];
  /** The tensors by name; a text for one whose values nothing is computed with: its type. */
  readonly tensors: ReadonlyMap<string, OnnxFileTensor | string>;
}

/** An open ONNX file: its graph, and tensors that are read when they are asked for. */
export interface OnnxFile extends TensorContainer {
  readonly graph: OnnxFileGraph;
  /** The version of ONNX's own operators. */
  readonly opset: number;
}
