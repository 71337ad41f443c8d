import { BackendError } from '@resnetjs/backend';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';

/** Watches a backend's context. */
export interface ContextWatch {
  /** Resolves when the browser takes the context away. */
  readonly lost: Promise<BackendError>;
  isLost(): boolean;
}

/**
 * Makes every operation and read of this backend throw `device-lost` once the browser has taken the context away. WebGL itself
 * raises no error: it keeps accepting commands, and reads return zeros. A context that the browser restores is empty, so the
 * backend stays lost. Tensors can still be disposed of.
 */
export function watchContext(backend: MathBackendWebGL): ContextWatch {
  const { gpgpu } = backend;
  const { gl } = gpgpu;
  let error: BackendError | undefined;
  let resolveLost: (error: BackendError) => void = () => {};
  const lost = new Promise<BackendError>((resolve) => {
    resolveLost = resolve;
  });
  const reportLost = () => {
    error ??= new BackendError(
      'device-lost',
      'The browser took the WebGL context away, and with it all tensors on it: the GPU was reset, or too many pages use it. ' +
        'Register the backend again, and restart from data that is stored elsewhere, such as a checkpoint.',
    );
    resolveLost(error);
    return error;
  };
  const isLost = () => error !== undefined || gl.isContextLost();
  const check = () => {
    if (isLost()) throw reportLost();
  };
  gl.canvas.addEventListener('webglcontextlost', reportLost);

  /** The same method, but it throws if the context was lost before or while it ran. */
  const guard = <Arguments extends unknown[], Result>(method: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      check();
      try {
        const result = method.apply(backend, args);
        check();
        return result;
      } catch (cause) {
        throw isLost() ? reportLost() : cause;
      }
    };
  };
  backend.write = guard(backend.write);
  backend.makeTensorInfo = guard(backend.makeTensorInfo);
  backend.runWebGLProgram = guard(backend.runWebGLProgram);
  backend.readToGPU = guard(backend.readToGPU);
  backend.readSync = guard(backend.readSync);

  const read = guard(backend.read);
  const failure = lost.then((reason) => {
    throw reason;
  });
  failure.catch(() => {}); // each read rejects with it
  backend.read = async (dataId) => {
    const values = await Promise.race([read(dataId), failure]);
    check();
    return values;
  };
  // TensorFlow.js polls a fence until it has passed, which a lost context's never does.
  const pollFence = gpgpu.pollFence.bind(gpgpu);
  gpgpu.pollFence = ({ query, isFencePassed }) =>
    pollFence({ query, isFencePassed: () => isLost() || isFencePassed() });
  return { lost, isLost };
}
