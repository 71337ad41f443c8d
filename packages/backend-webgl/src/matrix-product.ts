import type { StockKernel } from '@resnetjs/backend';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { type BatchMatMulAttrs, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelContext } from './kernel.js';
import { clearBeyond, run, view } from './program.js';
import { textureWidth } from './texel-walk.js';

/**
 * The product of matrices [..., rows, columns], plain or fused with a bias and an activation, by TensorFlow.js's own
 * program. If the inner axis is odd, that program adds the product of what the last texels hold beyond it, which `tf.add` and
 * others leave there, to every entry; so it is cleared first.
 */
export function matrixProduct(
  { backend }: KernelContext,
  inputs: NamedTensorInfoMap & { readonly a: TensorInfo; readonly b: TensorInfo },
  { transposeA }: Pick<BatchMatMulAttrs, 'transposeA'>,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const { a, b } = inputs;
  const inner = a.shape.at(transposeA ? -2 : -1) ?? 1;
  if (inner % 2 === 0) return stock();
  const [clearA, clearB] = [cleared(backend, a), cleared(backend, b)];
  try {
    return stock({ ...inputs, a: clearA, b: clearB });
  } finally {
    if (clearA !== a) backend.disposeIntermediateTensorInfo(clearA);
    if (clearB !== b) backend.disposeIntermediateTensorInfo(clearB);
  }
}

/** The same matrices with zeros beyond their axes; the tensor itself if it will be packed, which writes those zeros. */
function cleared(backend: MathBackendWebGL, tensor: TensorInfo): TensorInfo {
  if (textureWidth(backend, tensor) === undefined) return tensor;
  const [rows, columns] = [tensor.shape.at(-2) ?? 1, tensor.shape.at(-1) ?? 1];
  const matrices = [util.sizeFromShape(tensor.shape.slice(0, -2)), rows, columns];
  const code = `
    void main() {
      ivec3 rc = getOutputCoords();
      vec4 texel = getX(rc.x, rc.y, rc.z);
      ${clearBeyond('texel', ['rc.y', rows], ['rc.z', columns])}
      setOutput(texel);
    }`;
  const program = { name: 'ClearedMatrix', inputs: ['x'], outputShape: matrices, code };
  return view(run(backend, program, [view(tensor, matrices)]), tensor.shape);
}
