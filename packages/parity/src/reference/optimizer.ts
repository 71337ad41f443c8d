import { mapped, type ReferenceTensor, zeros } from './tensor.js';

/** Adam's constants (Kingma and Ba 2015, algorithm 1). */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** A variable and what Adam keeps for it, all of one shape. */
export interface AdamState {
  readonly variable: ReferenceTensor;
  readonly firstMoment: ReferenceTensor;
  readonly secondMoment: ReferenceTensor;
  /** Steps taken. */
  readonly step: number;
}

/** The state before the first step. */
export function adamStart(variable: ReferenceTensor): AdamState {
  return {
    variable,
    firstMoment: zeros(variable.shape, variable),
    secondMoment: zeros(variable.shape, variable),
    step: 0,
  };
}

/**
 * One step of Adam as in Keras: the bias corrections are in the step size, and epsilon is added to the uncorrected
 * √secondMoment (Kingma and Ba 2015, end of §2).
 */
export function adamStep(state: AdamState, gradient: ReferenceTensor, options: AdamOptions): AdamState {
  const { learningRate, beta1, beta2, epsilon } = options;
  const step = state.step + 1;
  const size = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  const g = (i: number) => gradient.data[i] as number;
  const firstMoment = mapped(state.firstMoment, (m, i) => beta1 * m + (1 - beta1) * g(i));
  const secondMoment = mapped(state.secondMoment, (v, i) => beta2 * v + (1 - beta2) * g(i) ** 2);
  const variable = mapped(state.variable, (value, i) => {
    return (
      value - (size * (firstMoment.data[i] as number)) / (Math.sqrt(secondMoment.data[i] as number) + epsilon)
    );
  });
  return { variable, firstMoment, secondMoment, step };
}

/** SGD's constants. */
export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov?: boolean;
}

/** A variable and its velocity, of one shape. */
export interface SgdState {
  readonly variable: ReferenceTensor;
  readonly velocity: ReferenceTensor;
}

/** The state before the first step. */
export function sgdStart(variable: ReferenceTensor): SgdState {
  return { variable, velocity: zeros(variable.shape, variable) };
}

/** One step of SGD with momentum, or with Nesterov's, as in Keras: the velocity contains the learning rate of each past step. */
export function sgdStep(
  state: SgdState,
  gradient: ReferenceTensor,
  { learningRate, momentum, nesterov = false }: SgdOptions,
): SgdState {
  const change = (i: number) => learningRate * (gradient.data[i] as number);
  const velocity = mapped(state.velocity, (v, i) => momentum * v - change(i));
  const step = (i: number) => {
    const v = velocity.data[i] as number;
    return nesterov ? momentum * v - change(i) : v;
  };
  return { velocity, variable: mapped(state.variable, (value, i) => value + step(i)) };
}

/** A variable after a step, less its decoupled decay: learning rate · decay of what it was before (Loshchilov and Hutter 2019). */
export function decayed(
  after: ReferenceTensor,
  before: ReferenceTensor,
  { learningRate, decay }: { readonly learningRate: number; readonly decay: number },
): ReferenceTensor {
  return mapped(after, (value, i) => value - learningRate * decay * (before.data[i] as number));
}
