import { operations } from '../network/operations.js';
import type { Activation, Network } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

/**
 * A node as it is computed: fused with the ReLU that may follow it, and with the results that can be disposed of
 * after it.
 */
export interface Instruction {
  readonly node: NetworkNode;
  /** For an addition: the convolution at the end of its branch, if it is fused with the addition. */
  readonly convolution: NetworkNode | null;
  /** Indices of the nodes whose results it takes: with a fused convolution that convolution's, else the node's own. */
  readonly from: readonly number[];
  /** Whether the next node is a ReLU and fused with this one. */
  readonly relu: boolean;
  /** Index of the node whose result this computes: the fused ReLU, else the node itself. */
  readonly result: number;
  /** Indices of the nodes whose results nothing needs afterwards. */
  readonly lastUses: readonly number[];
  /** Whether only a normalization takes the result: in training mode it cancels a bias, whose gradient is exactly 0. */
  readonly normalized: boolean;
}

/** The activations that the backends' kernels compute in the pass of what stands before; the others are nodes of their own. */
const fusedActivations = { relu: true, relu6: false, sigmoid: false } as const satisfies Record<
  Activation,
  boolean
>;
const isFused = (op: NetworkNode['op']) => op.op === 'act' && fusedActivations[op.activation];

const none: ReadonlySet<number> = new Set();
const plain = new WeakMap<Network, readonly Instruction[]>();
const fused = new WeakMap<Network, readonly Instruction[]>();

interface PlanOptions {
  /** Nodes whose own results are needed, and which are therefore not fused with the next node. */
  readonly unfused?: ReadonlySet<number>;
  /** Whether to fuse an addition that a ReLU follows with the convolution right before it. Default: false. */
  readonly fuseAdditions?: boolean;
}

/** The nodes in the order of computation, each ReLU fused with the convolution, normalization or addition before it. */
export function plan(network: Network, options: PlanOptions = {}): readonly Instruction[] {
  const { unfused = none, fuseAdditions = false } = options;
  const plans = fuseAdditions ? fused : plain;
  const known = unfused.size === 0 ? plans.get(network) : undefined;
  if (known !== undefined) return known;

  const nodes = walk(network);
  const consumers = consumersOf(nodes);
  const onlyNext = (index: number) => soleConsumer(nodes, consumers, index);
  const computedAt = fuseAdditions ? fusedConvolutions(nodes, consumers, unfused) : new Map<number, number>();
  const instructions: Instruction[] = [];
  for (let index = 1; index < nodes.length; index++) {
    const node = nodes[index] as NetworkNode;
    if (computedAt.has(index)) continue;
    const branch = node.from[0] as number;
    const convolution =
      node.op.op === 'add' && computedAt.has(branch) ? (nodes[branch] as NetworkNode) : null;
    const from = convolution === null ? node.from : [convolution.from[0] as number, node.from[1] as number];
    const next = onlyNext(index);
    const relu =
      !unfused.has(index) && operations[node.op.op].fusesActivation && next !== undefined && isFused(next);
    const normalized = next?.op === 'norm';
    if (relu) index++;
    const result = index;
    const lastUses = [...new Set(from)].filter((each) =>
      (consumers[each] as number[]).every((consumer) => (computedAt.get(consumer) ?? consumer) <= result),
    );
    instructions.push({ node, convolution, from, relu, result, lastUses, normalized });
  }
  if (unfused.size === 0) plans.set(network, instructions);
  return instructions;
}

/** By node, the nodes that take its result. */
function consumersOf(nodes: readonly NetworkNode[]): readonly (readonly number[])[] {
  const consumers = nodes.map(() => [] as number[]);
  nodes.forEach((node, index) => {
    for (const from of node.from) (consumers[from] as number[]).push(index);
  });
  return consumers;
}

/** The operation of the next node, if that is the only one to take this one's result. */
function soleConsumer(
  nodes: readonly NetworkNode[],
  consumers: readonly (readonly number[])[],
  index: number,
): NetworkNode['op'] | undefined {
  return String(consumers[index]) === String(index + 1) ? nodes[index + 1]?.op : undefined;
}

/** By fused convolution, the node whose result is computed with it: until then, its input is needed. */
function fusedConvolutions(
  nodes: readonly NetworkNode[],
  consumers: readonly (readonly number[])[],
  unfused: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  const computedAt = new Map<number, number>();
  nodes.forEach(({ op, from: [branch = 0] }, index) => {
    const before = nodes[branch]?.op;
    const next = soleConsumer(nodes, consumers, index);
    const alone =
      op.op === 'add' && next !== undefined && isFused(next) && String(consumers[branch]) === String(index);
    const free = !unfused.has(index) && !unfused.has(branch);
    if (alone && free && before?.op === 'conv' && before.bias) computedAt.set(branch, index + 1);
  });
  return computedAt;
}
