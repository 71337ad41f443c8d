import type { GroupedConvolutionShape } from '@resnetjs/backend';
import type { ActivationCode } from './activation.js';
import type { PackedProgram } from './program.js';

// Convolutions in groups whose channels come in odd numbers, and gradients at rare strides. The channels of a texel may be
// in different groups there, so each of its four values is computed by itself.

/**
 * y [batch · outHeight, outWidth, outChannels] of x [batch · height, width, inChannels] and a filter
 * [filterHeight · filterWidth, inChannels / groups, outChannels].
 */
export function convolutionByValue(
  shape: GroupedConvolutionShape,
  { bias, activation }: { readonly bias: boolean; readonly activation: ActivationCode },
): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, groups } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = shape;
  const channels = inChannels / groups;
  return {
    name: 'ConvolutionByValue',
    inputs: bias ? ['x', 'W', 'bias'] : ['x', 'W'],
    outputShape: [batch * outHeight, outWidth, outChannels],
    code: `
    ${readValue('x')}
    ${readValue('W')}
    float valueAt(int outRow, int outColumn, int channel) {
      int image = outRow / ${outHeight};
      int upper = (outRow - image * ${outHeight}) * ${strideHeight} - ${shape.top};
      int left = outColumn * ${strideWidth} - ${shape.left};
      int first = channel / ${outChannels / groups} * ${channels};
      float y = 0.0;
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = upper + ky * ${dilationHeight};
        if (row < 0 || row >= ${height}) continue;
        float sum = 0.0;
        for (int kx = 0; kx < ${filterWidth}; kx++) {
          int column = left + kx * ${dilationWidth};
          if (column < 0 || column >= ${width}) continue;
          for (int c = 0; c < ${channels}; c++)
            sum += xAt(image * ${height} + row, column, first + c) * WAt(ky * ${filterWidth} + kx, c, channel);
        }
        y += sum;
      }
      return y;
    }
    ${eachValue(
      [outWidth, outChannels],
      `
      ${bias ? 'result += getBias(rc.z).xyxy;' : ''}
      result = ${activation.apply('result')};`,
    )}`,
  };
}

/** dx [batch · height, width, inChannels] of dy [batch · outHeight, outWidth, outChannels] and the filter. */
export function inputGradientByValue(shape: GroupedConvolutionShape): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, groups } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = shape;
  const [into, channels] = [inChannels / groups, outChannels / groups];
  return {
    name: 'InputGradientByValue',
    inputs: ['dy', 'W'],
    outputShape: [batch * height, width, inChannels],
    code: `
    ${readValue('dy')}
    ${readValue('W')}
    float valueAt(int inRow, int inColumn, int channel) {
      int image = inRow / ${height};
      int lower = inRow - image * ${height} + ${shape.top};
      int right = inColumn + ${shape.left};
      int group = channel / ${into};
      float dx = 0.0;
      for (int ky = 0; ky < ${filterHeight}; ky++) {
        int row = lower - ky * ${dilationHeight};
        if (row < 0 || imod(row, ${strideHeight}) != 0 || row >= ${outHeight * strideHeight}) continue;
        row = image * ${outHeight} + row / ${strideHeight};
        float sum = 0.0;
        for (int kx = 0; kx < ${filterWidth}; kx++) {
          int column = right - kx * ${dilationWidth};
          if (column < 0 || imod(column, ${strideWidth}) != 0 || column >= ${outWidth * strideWidth}) continue;
          column /= ${strideWidth};
          for (int c = group * ${channels}; c < (group + 1) * ${channels}; c++)
            sum += dyAt(row, column, c) * WAt(ky * ${filterWidth} + kx, channel - group * ${into}, c);
        }
        dx += sum;
      }
      return dx;
    }
    ${eachValue([width, inChannels])}`,
  };
}

/**
 * [parts · filterHeight · filterWidth, inChannels / groups, outChannels], of x [batch · height, width, inChannels] and dy
 * [batch · outHeight, outWidth, outChannels]: the filter's gradient for each part of the rows of all images, each of which is
 * summed separately.
 */
export function partialFilterGradientByValue(shape: GroupedConvolutionShape, parts: number): PackedProgram {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, groups } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = shape;
  const taps = filterHeight * filterWidth;
  const channels = inChannels / groups;
  const rowsInPart = Math.ceil((batch * outHeight) / parts);
  return {
    name: 'FilterGradientByValue',
    inputs: ['x', 'dy'],
    outputShape: [parts * taps, channels, outChannels],
    code: `
    ${readValue('x')}
    ${readValue('dy')}
    float valueAt(int place, int within, int channel) {
      int part = place / ${taps};
      int ky = (place - part * ${taps}) / ${filterWidth};
      int kx = place - part * ${taps} - ky * ${filterWidth};
      int last = min((part + 1) * ${rowsInPart}, ${batch * outHeight});
      int xChannel = channel / ${outChannels / groups} * ${channels} + within;
      float total = 0.0;
      for (int row = part * ${rowsInPart}; row < last; row++) {
        int image = row / ${outHeight};
        int xRow = (row - image * ${outHeight}) * ${strideHeight} + ky * ${dilationHeight} - ${shape.top};
        if (xRow < 0 || xRow >= ${height}) continue;
        xRow += image * ${height};
        float sum = 0.0;
        for (int column = 0; column < ${outWidth}; column++) {
          int at = column * ${strideWidth} + kx * ${dilationWidth} - ${shape.left};
          if (at >= 0 && at < ${width}) sum += xAt(xRow, at, xChannel) * dyAt(row, column, channel);
        }
        total += sum;
      }
      return total;
    }
    ${eachValue([channels, outChannels])}`,
  };
}

/** GLSL: a function that reads one value of an input. */
function readValue(input: string): string {
  return `
    float ${input}At(int batch, int row, int column) {
      vec4 texel = get${input.charAt(0).toUpperCase()}${input.slice(1)}(batch, row, column);
      vec2 values = (row & 1) == 0 ? texel.xy : texel.zw;
      return (column & 1) == 0 ? values.x : values.y;
    }`;
}

/** GLSL: a main function that calls `valueAt` for each value of a texel inside [rows, columns], and finishes the vec4 `result`. */
function eachValue([rows, columns]: readonly [number, number], finish = ''): string {
  return `
    void main() {
      ivec3 rc = getOutputCoords();
      bool below = rc.y + 1 < ${rows};
      bool beside = rc.z + 1 < ${columns};
      vec4 result = vec4(0.0);
      result.x = valueAt(rc.x, rc.y, rc.z);
      if (beside) result.y = valueAt(rc.x, rc.y, rc.z + 1);
      if (below) result.z = valueAt(rc.x, rc.y + 1, rc.z);
      if (below && beside) result.w = valueAt(rc.x, rc.y + 1, rc.z + 1);
      ${finish}
      setOutput(result);
    }`;
}
