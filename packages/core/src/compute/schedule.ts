import type { Network } from '../network/types.js';
import { type Step, walk } from '../network/walk.js';

/** A step as it is computed: with the ReLU that follows it, if one does, and what can be let go afterwards. */
export interface Instruction {
  readonly step: Step;
  /** Whether the next step was a ReLU, computed in the same pass. */
  readonly relu: boolean;
  /** The step whose result this computes: the ReLU's where there is one. */
  readonly result: number;
  /** Steps whose results nothing needs after this. */
  readonly lastUses: readonly number[];
  /** Whether only a normalization takes the result: in training it removes a bias, whose gradient is exactly 0. */
  readonly normalized: boolean;
  /** Whether a parameter stands before: only then does a gradient have to reach the input. */
  readonly inputDependsOnParameters: boolean;
}

const none: ReadonlySet<number> = new Set();
const schedules = new WeakMap<Network, readonly Instruction[]>();

/**
 * The steps in the order of computation, ReLUs joined to the convolution, normalization or addition before them,
 * but for those steps whose own result is wanted `apart`.
 */
export function schedule(network: Network, apart: ReadonlySet<number> = none): readonly Instruction[] {
  const known = apart.size === 0 ? schedules.get(network) : undefined;
  if (known !== undefined) return known;

  const steps = walk(network);
  const consumers = steps.map(() => [] as number[]);
  steps.forEach((step, index) => {
    for (const from of step.from) (consumers[from] as number[]).push(index);
  });
  /** What the next step does, where nothing else takes this one's result. */
  const onlyNext = (index: number) =>
    String(consumers[index]) === String(index + 1) ? steps[index + 1]?.op.op : undefined;
  const depends: boolean[] = [];
  const instructions: Instruction[] = [];
  for (let index = 1; index < steps.length; index++) {
    const step = steps[index] as Step;
    const inputDependsOnParameters = step.from.some((from) => depends[from]);
    depends[index] = inputDependsOnParameters || ['conv', 'norm', 'dense'].includes(step.op.op);
    const relu =
      !apart.has(index) && ['conv', 'norm', 'add'].includes(step.op.op) && onlyNext(index) === 'act';
    const normalized = onlyNext(index) === 'norm';
    if (relu) depends[++index] = depends[index - 1] as boolean;
    const lastUses = [...new Set(step.from)].filter(
      (from) => Math.max(...(consumers[from] as number[])) <= index,
    );
    instructions.push({ step, relu, result: index, lastUses, normalized, inputDependsOnParameters });
  }
  if (apart.size === 0) schedules.set(network, instructions);
  return instructions;
}
