/** About what an image costs without gradients, in statistics and validations, as a share of its part of a training step. */
export const forwardCost = 0.4;
