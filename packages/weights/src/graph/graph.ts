import type { Dense, Gate, Network, Op } from '@resnetjs/core';

/**
 * What a node of a graph computes: an operation, the input, the sum or the product of two results, or [features] as a map of
 * one pixel, [1, 1, features].
 */
export type GraphOp =
  | Exclude<Op, Gate | Dense>
  | (Dense & { readonly bias: boolean })
  | { readonly op: 'input' }
  | { readonly op: 'add' }
  | { readonly op: 'multiply' }
  | { readonly op: 'reshape' };

/** A node of a graph. */
export interface GraphNode {
  /** The layer's name in its file, unique in the graph. */
  readonly name: string;
  readonly op: GraphOp;
  /** The nodes whose results it takes, all before it: two for a sum or a product, else one. */
  readonly from: readonly number[];
}

/** A network as files hold it, in which no structure is found yet. */
export interface Graph {
  readonly name: string;
  /** [height, width, channels] of an image. */
  readonly input: Network['input'];
  /** In an order of computation. */
  readonly nodes: readonly GraphNode[];
  /** The node whose result is the network's. */
  readonly output: number;
}
