import { BackendError } from '@resnetjs/backend';

/** Throws `unavailable`, with the reason, where WebGL can't compute. */
export function checkAvailable({ software }: { readonly software: boolean }): void {
  const gl = probe();
  if (gl === null) {
    throw unavailable(
      'This browser has no WebGL 2: it is too old, or WebGL is turned off, or the GPU is not supported. ' +
        'Use a newer browser or the wasm backend.',
    );
  }
  const floats = gl.getExtension('EXT_color_buffer_float') ?? gl.getExtension('EXT_color_buffer_half_float');
  release(gl);
  if (floats === null) {
    throw unavailable("This browser's GPU cannot draw into textures of floats. Use the wasm backend.");
  }
  if (software) return;
  const quick = probe({ failIfMajorPerformanceCaveat: true });
  release(quick);
  if (quick === null) {
    throw unavailable(
      'This browser draws WebGL in software, without a GPU, which is slower than WebAssembly. ' +
        'Use the wasm backend, or `register({ software: true })` to have it all the same.',
    );
  }
}

function probe(attributes: WebGLContextAttributes = {}): WebGL2RenderingContext | null {
  return makeCanvas().getContext('webgl2', attributes) as WebGL2RenderingContext | null;
}

function makeCanvas(): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(1, 1);
  if (typeof document !== 'undefined') return document.createElement('canvas');
  throw unavailable(
    'WebGL runs in browsers, on a page or in a worker, and this is neither. Use another backend.',
  );
}

/** A browser gives out few contexts, and takes the oldest away for one more. */
function release(gl: WebGL2RenderingContext | null): void {
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
}

function unavailable(message: string): BackendError {
  return new BackendError('unavailable', message);
}
