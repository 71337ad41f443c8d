import type { Role } from './role.js';
import type { Conv } from './types.js';
import type { NetworkNode } from './walk.js';

/** What a node computes: an operation, the input, or the addition of a branch and its shortcut. */
export type OperationKind = NetworkNode['op']['op'];

/** What passes ask of an operation that treat several alike. */
interface Traits {
  /** The roles of the parameters that it may have, in Keras's order. */
  readonly roles: readonly Role[];
  /** Whether an activation that follows it can be computed in the same pass. */
  readonly fusesActivation: boolean;
}

const withoutParameters = { roles: [], fusesActivation: false } as const;

/** Every operation: a new one says here what it is. */
export const operations = {
  input: withoutParameters,
  conv: { roles: ['kernel', 'bias'], fusesActivation: true },
  norm: { roles: ['scale', 'offset', 'mean', 'variance'], fusesActivation: true },
  act: withoutParameters,
  add: { roles: [], fusesActivation: true },
  pad: withoutParameters,
  pool: withoutParameters,
  globalPool: withoutParameters,
  subsample: withoutParameters,
  gate: withoutParameters,
  flatten: withoutParameters,
  dropout: withoutParameters,
  dense: { roles: ['kernel', 'bias'], fusesActivation: false },
} as const satisfies Record<OperationKind, Traits>;

/** The kinds of operations that have parameters. */
export type OperationWithParameters = {
  [Kind in OperationKind]: (typeof operations)[Kind]['roles'] extends readonly [] ? never : Kind;
}[OperationKind];

/** `OperationWithParameters` as a list. */
export const operationsWithParameters = (Object.keys(operations) as OperationKind[]).filter(
  (kind): kind is OperationWithParameters => operations[kind].roles.length > 0,
);

/** Whether an operation has a kernel: the layers that papers count. */
export const isWeighted = (kind: OperationKind): boolean =>
  (operations[kind].roles as readonly Role[]).includes('kernel');

/** Whether a convolution has neither groups nor dilation: those for which TensorFlow.js has a kernel and its gradients. */
export const isPlain = ({ groups, dilations }: Conv): boolean =>
  groups === 1 && dilations.every((each) => each === 1);
