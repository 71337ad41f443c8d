import {
  type BatchNormAttributes,
  checkPerChannel,
  forActivation,
  type KernelInputs,
} from '@resnetjs/backend';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activationCode } from './activation.js';
import { type ChannelRows, glslFloat, sumPerChannel } from './channel-sums.js';
import type { KernelContext } from './kernel.js';
import { clearBeyond, run, view } from './program.js';

/** y [..., c], mean [c] and the biased variance [c] of x [..., c]; the variance is summed around the mean. */
export function batchNormTraining(
  { backend }: KernelContext,
  inputs: KernelInputs<'x' | 'scale' | 'offset'>,
  { epsilon, activation }: BatchNormAttributes,
): TensorInfo[] {
  const { apply } = forActivation('batchNormTraining', activation, activationCode);
  const { scale, offset } = inputs;
  const { channelRows, x } = asRows('batchNormTraining', inputs.x, { scale, offset });
  const count = channelRows.rows * channelRows.width;
  const mean = sumPerChannel(
    backend,
    channelRows,
    { inputs: { x }, code: termOf('getX(row, column, c)') },
    count,
  );
  const square = `
    vec4 d = getX(row, column, c) - getMean(c).xyxy;
    return d * d;`;
  const variance = sumPerChannel(
    backend,
    channelRows,
    { inputs: { x, mean }, code: `vec4 term(int row, int column, int c) {${square}}` },
    count,
  );
  const y = run(
    backend,
    {
      name: 'Normalization',
      inputs: ['x', 'mean', 'variance', 'scale', 'offset'],
      outputShape: x.shape,
      code: `
    void main() {
      ivec3 rc = getOutputCoords();
      vec4 y = ${normalized('rc.x, rc.y, rc.z', 'rc.z', epsilon)} * getScale(rc.z).xyxy + getOffset(rc.z).xyxy;
      y = ${apply('y')};
      ${clear('y', channelRows)}
      setOutput(y);
    }`,
    },
    [x, mean, variance, scale, offset],
  );
  return [view(y, inputs.x.shape), mean, variance];
}

/** dx [..., c], dScale [c], dOffset [c]: scale / √(variance + ε) · (g − mean(g) − x̂ · mean(g · x̂)). */
export function batchNormTrainingGradient(
  { backend }: KernelContext,
  inputs: KernelInputs<'dy' | 'x' | 'scale' | 'offset' | 'mean' | 'variance'>,
  { epsilon, activation }: BatchNormAttributes,
): TensorInfo[] {
  const { scale, offset, mean, variance } = inputs;
  const kernel = 'batchNormTrainingGradient';
  const code = forActivation(kernel, activation, activationCode);
  const { channelRows, x } = asRows(kernel, inputs.x, { scale, offset, mean, variance });
  const { x: dy } = asRows(kernel, inputs.dy, { scale });
  const count = channelRows.rows * channelRows.width;
  const gradient = (place: string, channel: string) => `
      vec4 xHat = ${normalized(place, channel, epsilon)};
      vec4 y = xHat * getScale(${channel}).xyxy + getOffset(${channel}).xyxy;
      y = ${code.apply('y')};
      vec4 g = getDy(${place});
      g = ${code.gradient('g', 'y')};`;
  const all = { x, dy, mean, variance, scale, offset };
  const sum = (result: string) => {
    const code = `vec4 term(int row, int column, int c) {${gradient('row, column, c', 'c')} return ${result};}`;
    return sumPerChannel(backend, channelRows, { inputs: all, code });
  };
  const dOffset = sum('g');
  const dScale = sum('g * xHat');
  const dx = run(
    backend,
    {
      name: 'NormalizationGradient',
      inputs: [...Object.keys(all), 'dScale', 'dOffset'],
      outputShape: x.shape,
      code: `
    void main() {
      ivec3 rc = getOutputCoords();
      ${gradient('rc.x, rc.y, rc.z', 'rc.z')}
      vec4 centred = g - getDOffset(rc.z).xyxy / ${glslFloat(count)} - xHat * (getDScale(rc.z).xyxy / ${glslFloat(count)});
      vec4 dx = getScale(rc.z).xyxy / sqrt(getVariance(rc.z).xyxy + ${glslFloat(epsilon)}) * centred;
      ${clear('dx', channelRows)}
      setOutput(dx);
    }`,
    },
    [...Object.values(all), dScale, dOffset],
  );
  return [view(dx, inputs.x.shape), dScale, dOffset];
}

function termOf(value: string): string {
  return `vec4 term(int row, int column, int c) { return ${value}; }`;
}

function normalized(place: string, channel: string, epsilon: number): string {
  return `((getX(${place}) - getMean(${channel}).xyxy) / sqrt(getVariance(${channel}).xyxy + ${glslFloat(epsilon)}))`;
}

function clear(texel: string, { width, channels }: ChannelRows): string {
  return clearBeyond(texel, ['rc.y', width], ['rc.z', channels]);
}

/** Views x [..., width, channels] as [rows, width, channels]. */
function asRows(
  kernel: string,
  x: TensorInfo,
  perChannel: KernelInputs,
): { channelRows: ChannelRows; x: TensorInfo } {
  const channels = checkPerChannel(kernel, x, perChannel);
  const width = x.shape.at(-2) ?? 1;
  const rows = util.sizeFromShape(x.shape.slice(0, -2));
  return { channelRows: { rows, width, channels }, x: view(x, [rows, width, channels]) };
}
