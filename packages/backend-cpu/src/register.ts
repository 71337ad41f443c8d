import { type RegisteredBackend, replaceKernels } from '@resnetjs/backend';
import { MathBackendCPU, version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { filterGradient, shapeOf } from './filter-gradient.js';

const backendName = 'cpu';
/** As TensorFlow.js registers it: behind every other. */
const priority = 1;

type Kernel = (backend: MathBackendCPU, inputs: never, attrs: never) => tf.TensorInfo | null;

/** What they don't compute, and return null for, TensorFlow.js's own do. */
const kernels: Readonly<Record<string, Kernel>> = {
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
};

let served: { backend: MathBackendCPU; result: RegisteredBackend } | undefined;

/**
 * Makes TensorFlow.js's plain JavaScript the current backend, and gives it what training needs. It runs wherever
 * JavaScript does, and is the slowest. Calling it again changes nothing.
 */
export async function register(): Promise<RegisteredBackend> {
  if (!tf.findBackendFactory(backendName))
    tf.registerBackend(backendName, () => new MathBackendCPU(), priority);
  await tf.setBackend(backendName);
  const backend = tf.backend() as MathBackendCPU;
  if (served?.backend === backend) return served.result;

  withoutRecommendation(() => tf.scalar(0).dispose());
  replaceKernels({ name: backendName, backend }, kernels, (kernel, given, stock) => {
    return kernel(backend, given.inputs as never, given.attrs as never) ?? stock(given);
  });
  const result: RegisteredBackend = {
    name: backendName,
    threads: 1,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_cpu, instructions: 'plain JavaScript' },
  };
  served = { backend, result };
  return result;
}

function conv2DBackpropFilter(
  backend: MathBackendCPU,
  { x, dy }: Readonly<Record<'x' | 'dy', tf.TensorInfo>>,
  attrs: tf.Conv2DBackpropFilterAttrs,
): tf.TensorInfo | null {
  if (attrs.dataFormat !== 'NHWC') return null;
  const [xValues, dyValues] = [x, dy].map(({ dataId }) => backend.readSync(dataId) as Float32Array);
  const gradient = filterGradient(shapeOf(x.shape, attrs), xValues!, dyValues!);
  return backend.makeTensorInfo(attrs.filterShape, 'float32', gradient);
}

/** At its first tensor in Node the backend recommends tfjs-node on the terminal, which is no news to who chose this one. */
function withoutRecommendation(makeFirstTensor: () => void): void {
  const before = tf.env().get('PROD');
  tf.env().set('PROD', true);
  makeFirstTensor();
  tf.env().set('PROD', before);
}
