import {
  type ActivationGradientAttributes,
  type AdamUpdateAttributes,
  checkSameShape,
  forActivation,
  type FusedAddAttributes,
  type KernelInputs,
} from '@resnetjs/backend';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activationCode } from './activation.js';
import type { KernelContext } from './kernel.js';
import { run, view } from './program.js';

/** activation(a + b). */
export function fusedAdd(
  context: KernelContext,
  inputs: KernelInputs<'a' | 'b'>,
  { activation }: FusedAddAttributes,
): TensorInfo[] {
  const { apply } = forActivation('fusedAdd', activation, activationCode);
  checkSameShape('fusedAdd', inputs);
  return [eachTexel(context, inputs, `vec4 sum = a + b; result = ${apply('sum')};`)];
}

/** The gradient of an activation's input, from that of its result y. */
export function activationGradient(
  context: KernelContext,
  inputs: KernelInputs<'dy' | 'y'>,
  { activation }: ActivationGradientAttributes,
): TensorInfo[] {
  const { gradient } = forActivation('activationGradient', activation, activationCode);
  checkSameShape('activationGradient', inputs);
  return [eachTexel(context, inputs, `result = ${gradient('dy', 'y')};`)];
}

/** The new variable, firstMoment and secondMoment, in a pass each, as a shader has one output. */
export function adamUpdate(
  context: KernelContext,
  inputs: KernelInputs<'variable' | 'gradient' | 'firstMoment' | 'secondMoment'>,
  { stepSize, beta1, beta2, epsilon, decay }: AdamUpdateAttributes,
): TensorInfo[] {
  checkSameShape('adamUpdate', inputs);
  const { variable, gradient, firstMoment, secondMoment } = inputs;
  // Without decay, the moments don't depend on the variable.
  const g = decay === 0 ? 'gradient' : '(gradient + decay * variable)';
  const base = decay === 0 ? { gradient } : { gradient, variable };
  const uniforms = decay === 0 ? {} : { decay };
  const first = eachTexel(
    context,
    { firstMoment, ...base },
    `result = firstMoment + (${g} - firstMoment) * share;`,
    { share: 1 - beta1, ...uniforms },
  );
  const second = eachTexel(
    context,
    { secondMoment, ...base },
    `vec4 g = ${g}; result = secondMoment + (g * g - secondMoment) * share;`,
    { share: 1 - beta2, ...uniforms },
  );
  const next = eachTexel(
    context,
    { variable, first, second },
    'result = variable - stepSize * first / (sqrt(second) + epsilon);',
    { stepSize, epsilon },
  );
  return [next, first, second];
}

/** Applies GLSL `code` to each texel of its inputs, which all have one shape. */
function eachTexel(
  { backend }: KernelContext,
  inputs: Readonly<Record<string, TensorInfo>>,
  code: string,
  uniforms: Readonly<Record<string, number>> = {},
): TensorInfo {
  const [{ shape }] = Object.values(inputs) as [TensorInfo];
  const matrices = [util.sizeFromShape(shape.slice(0, -2)), shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const names = Object.keys(inputs);
  const read = names.map((name) => {
    return `vec4 ${name} = get${name.charAt(0).toUpperCase()}${name.slice(1)}In(rc.x, rc.y, rc.z);`;
  });
  const output = run(
    backend,
    {
      name: 'EachTexel',
      // The short name is the texel's.
      inputs: names.map((name) => `${name}In`),
      outputShape: matrices,
      uniforms,
      code: `
    void main() {
      ivec3 rc = getOutputCoords();
      vec4 result;
      ${read.join('\n')}
      ${code}
      setOutput(result);
    }`,
    },
    Object.values(inputs).map((input) => view(input, matrices)),
  );
  return view(output, shape);
}
