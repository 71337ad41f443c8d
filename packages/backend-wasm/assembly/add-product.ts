import { FUSED } from './variant';

/** sum + a · b: rounded once where the build has the instruction, and twice otherwise. */
// @ts-ignore: decorator
@inline
export function addProduct(sum: v128, a: v128, b: v128): v128 {
  return FUSED ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}
