/** A value in [lowest, highest]. */
// @ts-ignore: decorator
@inline
export function clamp(value: v128, lowest: v128, highest: v128): v128 {
  return f32x4.min(f32x4.max(value, lowest), highest);
}
