import { layerNames, type Network, walk } from '@resnetjs/core';
import type { Graph, GraphOp } from './graph.js';

/** A network as a graph, in which nothing of its structure is left. */
export function graphOf(network: Network): Graph {
  const names = layerNames(network);
  const nodes = walk(network).map(({ op, from }, index) => {
    const own: GraphOp =
      op.op === 'gate' ? { op: 'multiply' } : op.op === 'dense' ? { ...op, bias: true } : op;
    return { name: names[index] as string, op: own, from };
  });
  return { name: network.name, input: network.input, nodes, output: nodes.length - 1 };
}
