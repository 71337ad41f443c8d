import {
  type Network,
  type OperationWithParameters,
  operationsWithParameters,
  type ParameterId,
  parameters,
  ResNetError,
  type Role,
  type WeightRole,
  weightRoles,
} from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { nonNegative, oneOf, positive } from './numbers.js';

/** Which parameters a group is of: those that fit in everything that is given. */
export interface ParameterMatch {
  /** The parameter's id, in which each `*` stands for any characters: `stem.*`, `stage3.*`, `*.bias`. */
  readonly id?: string;
  /** The operation that it belongs to. */
  readonly op?: OperationWithParameters;
  readonly role?: WeightRole;
}

/**
 * Settings for some of a network's weights. Where several groups match a weight, each setting is that of the last one
 * that gives it.
 *
 * @example
 * // The pre-activation document's `reg`: Keras's L2 penalty on the kernel of each convolution.
 * const regularized: ParameterGroup = { match: { op: 'conv', role: 'kernel' }, l2: 1e-4 };
 * // All but the last layer stays as it is.
 * const frozen: ParameterGroup[] = [{ match: {}, frozen: true }, { match: { op: 'dense' }, frozen: false }];
 */
export interface ParameterGroup {
  readonly match: ParameterMatch;
  /** The factor on the recipe's learning rate. Default: 1. */
  readonly learningRateFactor?: number;
  /**
   * The coefficient of the L2 penalty: the loss grows by l2 · Σ weight², as with Keras's `L2` regularizer; PyTorch's
   * `weight_decay` is twice this. Default: 0.
   */
  readonly l2?: number;
  /**
   * Decoupled weight decay (Loshchilov and Hutter 2019): each step shrinks the weight by learning rate · decay of itself,
   * apart from the gradient, as in Keras's and PyTorch's AdamW. Default: 0.
   */
  readonly decay?: number;
  /**
   * Whether the weights stay as they are. A normalization whose scale and offset are both frozen keeps its running
   * statistics too, and normalizes with them, as in Keras. Default: false.
   */
  readonly frozen?: boolean;
}

const matchSchema = z.strictObject({
  id: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(200))),
  op: z.exactOptional(oneOf(operationsWithParameters)),
  role: z.exactOptional(oneOf(weightRoles)),
}) satisfies z.ZodMiniType<ParameterMatch>;
null as unknown as ParameterMatch satisfies z.input<typeof matchSchema>;

/** The schema of a `ParameterGroup`. */
export const parameterGroupSchema = z.strictObject({
  match: matchSchema,
  learningRateFactor: z.exactOptional(positive),
  l2: z.exactOptional(nonNegative),
  decay: z.exactOptional(nonNegative),
  frozen: z.exactOptional(z.boolean('must be true or false')),
}) satisfies z.ZodMiniType<ParameterGroup>;
null as unknown as ParameterGroup satisfies z.input<typeof parameterGroupSchema>;

/** The settings of one weight. */
export type ParameterSettings = Required<Omit<ParameterGroup, 'match'>>;

const unset: ParameterSettings = { learningRateFactor: 1, l2: 0, decay: 0, frozen: false };

/**
 * The settings of every weight of a network, in the order of `parameters`. Throws `bad-option` for a group that matches
 * none.
 *
 * @example
 * const settings = parameterSettings(network, [{ match: { id: 'stem.*' }, frozen: true }]);
 * settings.get('stem.1.kernel'); // { learningRateFactor: 1, l2: 0, decay: 0, frozen: true }
 */
export function parameterSettings(
  network: Network,
  groups: readonly ParameterGroup[],
): ReadonlyMap<ParameterId, ParameterSettings> {
  const weights = parameters(network).filter(({ trainable }) => trainable);
  for (const { match } of groups) {
    if (weights.some((weight) => matches(match, weight))) continue;
    const ids = weights.map(({ id }) => id);
    throw new ResNetError(
      'bad-option',
      `The parameter group ${JSON.stringify(match)} matches no weight of ${network.name}, whose weights are ${ids[0]} to ${ids.at(-1)}.`,
      { match },
    );
  }
  return new Map(
    weights.map((weight) => {
      const own = groups.filter(({ match }) => matches(match, weight)).map(({ match: _, ...given }) => given);
      return [weight.id, Object.assign({ ...unset }, ...own) as ParameterSettings];
    }),
  );
}

/** The ids of the weights that aren't frozen. */
export function learnedWeights(
  settings: ReadonlyMap<ParameterId, ParameterSettings>,
): ReadonlySet<ParameterId> {
  return new Set([...settings].filter(([, { frozen }]) => !frozen).map(([id]) => id));
}

interface Matched {
  readonly id: ParameterId;
  readonly op: string;
  readonly role: Role;
}

function matches({ id = '*', op, role }: ParameterMatch, weight: Matched): boolean {
  return (op ?? weight.op) === weight.op && (role ?? weight.role) === weight.role && fits(id, weight.id);
}

/** Whether a text fits a pattern: each part between two stars is looked for after the one before, which takes no backtracking. */
function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const first = parts.shift() as string;
  const last = parts.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
