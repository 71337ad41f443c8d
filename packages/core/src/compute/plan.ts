import type { FusedActivation } from '@resnetjs/backend';
import { isPlain, type OperationKind, type operations } from '../network/operations.js';
import type { Network } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

/**
 * A node as it is computed: fused with the activation that may follow it, and with the results that can be disposed of
 * after it.
 */
export interface Instruction {
  readonly node: NetworkNode;
  /** For an addition: the convolution at the end of its branch, if it is fused with the addition. */
  readonly convolution: NetworkNode | null;
  /** Indices of the nodes whose results it takes: with a fused convolution that convolution's, else the node's own. */
  readonly from: readonly number[];
  /** The next node's activation, if that is fused with this one, else 'linear'. */
  readonly activation: FusedActivation | 'linear';
  /** Index of the node whose result this computes: the fused activation, else the node itself. */
  readonly result: number;
  /** Indices of the nodes whose results nothing needs afterwards. */
  readonly lastUses: readonly number[];
  /** Whether only a normalization takes the result: in training mode it cancels a bias, whose gradient is exactly 0. */
  readonly normalized: boolean;
}

/** The operations that an activation can be computed with, in one instruction. */
type FusingOperation = {
  [Kind in OperationKind]: (typeof operations)[Kind]['fusesActivation'] extends true ? Kind : never;
}[OperationKind];

/** By operation, the activations that are computed with it; other activations are instructions of their own. */
export interface Fusion extends Readonly<Record<FusingOperation, readonly FusedActivation[]>> {
  /** Those that an addition is computed with, together with the convolution right before it. */
  readonly convAdd: readonly FusedActivation[];
}

const none: ReadonlySet<number> = new Set();
/** By network and by what is fused. */
const plans = new WeakMap<Network, Map<string, readonly Instruction[]>>();

/**
 * The nodes in the order of computation, each activation that `fusion` names for it fused with the one before it.
 * `unfused` are the nodes whose own results are needed, and which are therefore not fused with the next one.
 */
export function plan(
  network: Network,
  fusion: Fusion,
  unfused: ReadonlySet<number> = none,
): readonly Instruction[] {
  if (unfused.size > 0) return makePlan(network, fusion, unfused);
  const known = plans.get(network) ?? new Map<string, readonly Instruction[]>();
  plans.set(network, known);
  const key = JSON.stringify(fusion);
  const instructions = known.get(key) ?? makePlan(network, fusion, unfused);
  known.set(key, instructions);
  return instructions;
}

function makePlan(network: Network, fusion: Fusion, unfused: ReadonlySet<number>): readonly Instruction[] {
  const nodes = walk(network);
  const consumers = consumersOf(nodes);
  const onlyNext = (index: number) => soleConsumer(nodes, consumers, index);
  /** The activation of the next node, if it is among those that are fused. */
  const activationAfter = (index: number, fused: readonly FusedActivation[]): FusedActivation | 'linear' => {
    const next = onlyNext(index);
    if (next?.op !== 'act' || unfused.has(index)) return 'linear';
    return fused.find((each) => each === next.activation) ?? 'linear';
  };
  const fusedWith: Partial<Record<OperationKind, readonly FusedActivation[]>> = fusion;
  const computedAt = fusedConvolutions(
    nodes,
    consumers,
    (add, branch) => !unfused.has(branch) && activationAfter(add, fusion.convAdd) !== 'linear',
  );
  const instructions: Instruction[] = [];
  for (let index = 1; index < nodes.length; index++) {
    const node = nodes[index] as NetworkNode;
    if (computedAt.has(index)) continue;
    const branch = node.from[0] as number;
    const convolution =
      node.op.op === 'add' && computedAt.has(branch) ? (nodes[branch] as NetworkNode) : null;
    const from = convolution === null ? node.from : [convolution.from[0] as number, node.from[1] as number];
    const fused = convolution === null ? (fusedWith[node.op.op] ?? []) : fusion.convAdd;
    const activation = activationAfter(index, fused);
    const normalized = onlyNext(index)?.op === 'norm';
    if (activation !== 'linear') index++;
    const result = index;
    const lastUses = [...new Set(from)].filter((each) =>
      (consumers[each] as number[]).every((consumer) => (computedAt.get(consumer) ?? consumer) <= result),
    );
    instructions.push({ node, convolution, from, activation, result, lastUses, normalized });
  }
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
  isFused: (add: number, branch: number) => boolean,
): ReadonlyMap<number, number> {
  const computedAt = new Map<number, number>();
  nodes.forEach(({ op, from: [branch = 0] }, index) => {
    const before = nodes[branch]?.op;
    if (op.op !== 'add' || before?.op !== 'conv' || !before.bias || !isPlain(before)) return;
    if (String(consumers[branch]) === String(index) && isFused(index, branch)) {
      computedAt.set(branch, index + 1);
    }
  });
  return computedAt;
}
