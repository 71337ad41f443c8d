/**
 * What a parameter is to its operation: the kernel or bias of a convolution or dense layer; the scale (gamma), offset
 * (beta), running mean or running variance of a normalization.
 */
export type Role = 'kernel' | 'bias' | 'scale' | 'offset' | 'mean' | 'variance';

/** Which of a network's variables a parameter is among: the weights, which training learns, or the running statistics. */
export const variablesOf = {
  kernel: 'weights',
  bias: 'weights',
  scale: 'weights',
  offset: 'weights',
  mean: 'statistics',
  variance: 'statistics',
} as const satisfies Record<Role, 'weights' | 'statistics'>;

/** The roles of weights. */
export type WeightRole = {
  [Each in Role]: (typeof variablesOf)[Each] extends 'weights' ? Each : never;
}[Role];

/** `WeightRole` as a list. */
export const weightRoles = (Object.keys(variablesOf) as Role[]).filter(
  (role): role is WeightRole => variablesOf[role] === 'weights',
);
