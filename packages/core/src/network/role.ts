/**
 * What a parameter is to its operation: the kernel or bias of a convolution or dense layer; the scale (gamma), offset
 * (beta), running mean or running variance of a normalization.
 */
export type Role = 'kernel' | 'bias' | 'scale' | 'offset' | 'mean' | 'variance';
