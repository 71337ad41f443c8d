import { BackendError } from '@resnetjs/backend';

/** Throws BackendError `unavailable`, with the reason, if WebGL can't compute here. */
export function checkAvailable({ software }: { readonly software: boolean }): void {
  const gl = probe();
  if (gl === null) {
    throw unavailable(
      'This browser has no WebGL 2: the browser is too old, WebGL is disabled, or the GPU is not supported. ' +
        'Use a newer browser or the wasm backend.',
    );
  }
  const floats = gl.getExtension('EXT_color_buffer_float') ?? gl.getExtension('EXT_color_buffer_half_float');
  release(gl);
  if (floats === null) {
    throw unavailable("This browser's GPU cannot render to float textures. Use the wasm backend.");
  }
  if (software) return;
  const hardware = probe({ failIfMajorPerformanceCaveat: true });
  release(hardware);
  if (hardware === null) {
    throw unavailable(
      'This browser renders WebGL in software, without a GPU, which is slower than WebAssembly. ' +
        'Use the wasm backend, or allow it with `register({ software: true })`.',
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
    'WebGL runs in browsers, on a page or in a worker; this is neither. Use another backend.',
  );
}

/** Releases a context: a browser allows only a few, and takes the oldest away for another. */
function release(gl: WebGL2RenderingContext | null): void {
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
}

function unavailable(message: string): BackendError {
  return new BackendError('unavailable', message);
}
