import { BackendError } from '@resnetjs/backend';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';

export interface ContextWatch {
  /** Settles when the browser takes the context away. */
  readonly lost: Promise<BackendError>;
  isLost(): boolean;
}

/**
 * From now on, once the browser has taken the context away, whatever would compute or read on this backend throws
 * `device-lost`. WebGL itself says nothing: it goes on taking commands, and gives zeros. A context that the browser
 * gives back is empty, so that the backend stays lost. Tensors can still be disposed of.
 */
export function watchContext(backend: MathBackendWebGL): ContextWatch {
  const { gpgpu } = backend;
  const { gl } = gpgpu;
  let error: BackendError | undefined;
  let tell: (error: BackendError) => void = () => {};
  const lost = new Promise<BackendError>((resolve) => {
    tell = resolve;
  });
  const notice = () => {
    error ??= new BackendError(
      'device-lost',
      'The browser took the WebGL context away, and with it all tensors on it: the GPU was reset, or too many pages use it. ' +
        'Register the backend again, and start from data that is elsewhere, such as a checkpoint.',
    );
    tell(error);
    return error;
  };
  const isLost = () => error !== undefined || gl.isContextLost();
  const check = () => {
    if (isLost()) throw notice();
  };
  gl.canvas.addEventListener('webglcontextlost', notice);

  /** The same method, which throws where the context was lost before or while it ran. */
  const guard = <Arguments extends unknown[], Result>(method: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      check();
      try {
        const result = method.apply(backend, args);
        check();
        return result;
      } catch (cause) {
        throw isLost() ? notice() : cause;
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
  failure.catch(() => {}); // whoever reads hears of it
  backend.read = async (dataId) => {
    const values = await Promise.race([read(dataId), failure]);
    check();
    return values;
  };
  // TensorFlow.js polls a fence until it has passed, and one of a lost context never does.
  const pollFence = gpgpu.pollFence.bind(gpgpu);
  gpgpu.pollFence = ({ query, isFencePassed }) =>
    pollFence({ query, isFencePassed: () => isLost() || isFencePassed() });
  return { lost, isLost };
}
