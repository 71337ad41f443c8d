import type { Network } from '../network/types.js';
import { type Step, walk } from '../network/walk.js';

/** A step as it is computed: with the ReLU that follows it, if one does, and what can be let go afterwards. */
export interface Instruction {
  readonly step: Step;
  /** Of an addition: the convolution that ends its branch, where it is computed in the same pass. */
  readonly convolution: Step | null;
  /** The steps whose results it takes: the step's own, but for an addition that computes its convolution. */
  readonly from: readonly number[];
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
const plain = new WeakMap<Network, readonly Instruction[]>();
const joined = new WeakMap<Network, readonly Instruction[]>();

interface ScheduleOptions {
  /** Steps whose own result is wanted: nothing is joined to them. */
  readonly apart?: ReadonlySet<number>;
  /** Whether an addition with a ReLU also computes the convolution before it, where nothing stands between. */
  readonly joinAdditions?: boolean;
}

/** The steps in the order of computation, ReLUs joined to the convolution, normalization or addition before them. */
export function schedule(network: Network, options: ScheduleOptions = {}): readonly Instruction[] {
  const { apart = none, joinAdditions = false } = options;
  const schedules = joinAdditions ? joined : plain;
  const known = apart.size === 0 ? schedules.get(network) : undefined;
  if (known !== undefined) return known;

  const steps = walk(network);
  const consumers = consumersOf(steps);
  const onlyNext = (index: number) => soleConsumer(steps, consumers, index);
  const computedAt = joinAdditions ? joinedConvolutions(steps, consumers, apart) : new Map<number, number>();
  const depends: boolean[] = [];
  const instructions: Instruction[] = [];
  for (let index = 1; index < steps.length; index++) {
    const step = steps[index] as Step;
    const inputDependsOnParameters = step.from.some((from) => depends[from]);
    depends[index] = inputDependsOnParameters || ['conv', 'norm', 'dense'].includes(step.op.op);
    if (computedAt.has(index)) continue;
    const branch = step.from[0] as number;
    const convolution = step.op.op === 'add' && computedAt.has(branch) ? (steps[branch] as Step) : null;
    const from = convolution === null ? step.from : [convolution.from[0] as number, step.from[1] as number];
    const relu =
      !apart.has(index) && ['conv', 'norm', 'add'].includes(step.op.op) && onlyNext(index) === 'act';
    const normalized = onlyNext(index) === 'norm';
    if (relu) depends[++index] = depends[index - 1] as boolean;
    const result = index;
    const lastUses = [...new Set(from)].filter((each) =>
      (consumers[each] as number[]).every((consumer) => (computedAt.get(consumer) ?? consumer) <= result),
    );
    const instruction = { step, convolution, from, relu, result, lastUses, normalized };
    instructions.push({ ...instruction, inputDependsOnParameters });
  }
  if (apart.size === 0) schedules.set(network, instructions);
  return instructions;
}

/** By step, those that take its result. */
function consumersOf(steps: readonly Step[]): readonly (readonly number[])[] {
  const consumers = steps.map(() => [] as number[]);
  steps.forEach((step, index) => {
    for (const from of step.from) (consumers[from] as number[]).push(index);
  });
  return consumers;
}

/** What the next step does, where nothing else takes this one's result. */
function soleConsumer(
  steps: readonly Step[],
  consumers: readonly (readonly number[])[],
  index: number,
): Step['op']['op'] | undefined {
  return String(consumers[index]) === String(index + 1) ? steps[index + 1]?.op.op : undefined;
}

/** By convolution, the step that its addition ends with: until then what it takes is needed. */
function joinedConvolutions(
  steps: readonly Step[],
  consumers: readonly (readonly number[])[],
  apart: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  const computedAt = new Map<number, number>();
  steps.forEach(({ op, from: [branch = 0] }, index) => {
    const before = steps[branch]?.op;
    const alone =
      op.op === 'add' &&
      soleConsumer(steps, consumers, index) === 'act' &&
      String(consumers[branch]) === String(index);
    const free = !apart.has(index) && !apart.has(branch);
    if (alone && free && before?.op === 'conv' && before.bias) computedAt.set(branch, index + 1);
  });
  return computedAt;
}
