/** GLSL of an activation and its gradient, for texels in variables. */
export interface ActivationCode {
  apply(x: string): string;
  /** The gradient of its input, from that of its result y. */
  gradient(dy: string, y: string): string;
}

/** The activations that the shaders of this package compute; NaN passes through them. */
export const activationCode = {
  linear: { apply: (x) => x, gradient: (dy) => dy },
  relu: {
    apply: (x) => `mix(${x}, vec4(0.0), lessThan(${x}, vec4(0.0)))`,
    gradient: (dy, y) => `mix(vec4(0.0), ${dy}, greaterThan(${y}, vec4(0.0)))`,
  },
} as const satisfies Readonly<Record<string, ActivationCode>>;

/** The name of an activation that the shaders compute. */
export type ShaderActivation = keyof typeof activationCode;

/** Whether the shaders compute an activation. */
export function isShaderActivation(activation: string): activation is ShaderActivation {
  return Object.hasOwn(activationCode, activation);
}
