/** How levels from 0 to 255 become the input of a network that is trained from scratch. */
export const normalizations = ['unit-range', 'imagenet'] as const;
export type Normalization = (typeof normalizations)[number];
