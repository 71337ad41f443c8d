import { type AvgPoolGradAttrs, backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { glslFloat } from './channel-sums.js';
import type { KernelContext } from './kernel.js';
import { clearBeyond, rowsOf, run, type Shape4, view } from './program.js';

/**
 * The gradient of avgPool with respect to its input, as TensorFlow.js defines it: each value of dy is spread evenly over
 * its whole window. It visits only the windows over a pixel; TensorFlow.js's own tries every position in a window.
 */
export function averagePoolGradient(
  { backend }: KernelContext,
  { dy, input }: { dy: TensorInfo; input: TensorInfo },
  {
    filterSize,
    strides,
    pad,
    dimRoundingMode,
  }: AvgPoolGradAttrs & { dimRoundingMode?: 'floor' | 'round' | 'ceil' },
): TensorInfo {
  const shape = input.shape as Shape4;
  const [batch, height, width, channels] = shape;
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const lane = (column: string, dy: string) => `
          if (at <= (${column} + ${padInfo.left}) / ${strideWidth} && at * ${strideWidth} + ${filterWidth - 1} >= ${column} + ${padInfo.left})
            sum.${dy} += g;`;
  const dx = run(
    backend,
    {
      name: 'AveragePoolGradient',
      inputs: ['dy'],
      outputShape: [batch * height, width, channels],
      code: `
    int firstOver(int place, int window, int stride) {
      return max(0, (place - window + stride) / stride);
    }

    void main() {
      ivec3 rc = getOutputCoords();
      int image = rc.x / ${height};
      int place = rc.x - image * ${height} + ${padInfo.top};
      int lastRow = min(place / ${strideHeight}, ${outHeight - 1});
      int lastColumn = min((rc.y + 1 + ${padInfo.left}) / ${strideWidth}, ${outWidth - 1});
      vec4 sum = vec4(0.0);
      for (int row = firstOver(place, ${filterHeight}, ${strideHeight}); row <= lastRow; row++) {
        for (int at = firstOver(rc.y + ${padInfo.left}, ${filterWidth}, ${strideWidth}); at <= lastColumn; at++) {
          vec4 texel = getDy(image * ${outHeight} + row, at, rc.z);
          vec2 g = (at & 1) == 0 ? texel.xy : texel.zw;
          ${lane('rc.y', 'xy')}
          ${lane('rc.y + 1', 'zw')}
        }
      }
      vec4 dx = sum / ${glslFloat(filterHeight * filterWidth)};
      ${clearBeyond('dx', ['rc.y', width], ['rc.z', channels])}
      setOutput(dx);
    }`,
    },
    [rowsOf(dy)],
  );
  return view(dx, shape);
}
