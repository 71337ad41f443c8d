import { operations } from './operations.js';
import { type ParameterId, parameterId } from './site.js';
import type { Role } from './role.js';
import type { NetworkNode } from './walk.js';

/** The weights that get gradients; null for all of them. */
export type Learned = ReadonlySet<ParameterId> | null;

/** Whether a node has weights. */
export function hasWeights({ op }: NetworkNode): boolean {
  return operations[op.op].roles.length > 0;
}

/** Whether a node has weights of which any is learned. */
export function isLearned({ op, site }: NetworkNode, learned: Learned): boolean {
  const roles: readonly Role[] = operations[op.op].roles;
  return learned === null ? roles.length > 0 : roles.some((role) => learned.has(parameterId(site, role)));
}
