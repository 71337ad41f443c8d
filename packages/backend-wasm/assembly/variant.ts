// Of the portable build; compile.mjs puts others in its place.

/** Whether a product is added with one rounding: relaxed SIMD's multiply-add. */
export const FUSED: bool = false;
/** Whether tiles have 16 columns, for engines that pair 128-bit operations into 256-bit ones. */
export const WIDE: bool = false;
