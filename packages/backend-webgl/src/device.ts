import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { version_webgl } from '@tensorflow/tfjs-backend-webgl';
import { run } from './program.js';

const increment = 2 ** -20;

/** The precision in bits with which this device stores and computes floats, by a test: 1 + 2⁻²⁰ is 1 in 16 bits. */
export function measurePrecision(backend: MathBackendWebGL): 16 | 32 {
  const x = backend.makeTensorInfo([2, 2], 'float32', new Float32Array(4).fill(1 + increment));
  const code = 'void main() { ivec2 rc = getOutputCoords(); setOutput(getX(rc.x, rc.y) - 1.0); }';
  const difference = run(backend, { name: 'Precision', inputs: ['x'], outputShape: [2, 2], code }, [x]);
  const [value] = backend.readSync(difference.dataId) as Float32Array;
  backend.disposeIntermediateTensorInfo(x);
  backend.disposeIntermediateTensorInfo(difference);
  return value === increment ? 32 : 16;
}

/** The driver, the version and the limits, for people to read. */
export function describeDevice({ gpgpu }: MathBackendWebGL): Record<string, string> {
  const gl = gpgpu.gl as WebGL2RenderingContext;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const ask = (name: number) => String(gl.getParameter(name));
  return {
    tensorflow: version_webgl,
    driver: ask(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER),
    vendor: ask(info?.UNMASKED_VENDOR_WEBGL ?? gl.VENDOR),
    webgl: ask(gl.VERSION),
    textures: `${ask(gl.MAX_TEXTURE_SIZE)} × ${ask(gl.MAX_TEXTURE_SIZE)} texels at most, ${ask(gl.MAX_TEXTURE_IMAGE_UNITS)} in a program`,
  };
}
