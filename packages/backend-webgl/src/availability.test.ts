import { afterEach, expect, it, vi } from 'vitest';
import { checkAvailable } from './availability.js';

/** A browser whose canvases return what `getContext` returns. */
function pretend(getContext: (attributes: WebGLContextAttributes) => unknown): void {
  class Canvas {
    getContext(_kind: string, attributes: WebGLContextAttributes) {
      return getContext(attributes);
    }
  }
  vi.stubGlobal('OffscreenCanvas', Canvas);
}

afterEach(() => vi.unstubAllGlobals());

const context = (extensions: readonly string[]) => ({
  getExtension: (name: string) => (extensions.includes(name) ? {} : null),
});
const floats = context(['EXT_color_buffer_float']);
const unavailable = (message: RegExp) =>
  expect.objectContaining({
    name: 'BackendError',
    code: 'unavailable',
    message: expect.stringMatching(message),
  });

it('accepts a GPU that renders to float textures, of 32 or 16 bits', () => {
  for (const extension of ['EXT_color_buffer_float', 'EXT_color_buffer_half_float']) {
    pretend(() => context([extension]));
    expect(() => checkAvailable({ software: false })).not.toThrow();
  }
});

it('reports that the browser has no WebGL 2', () => {
  pretend(() => null);
  expect(() => checkAvailable({ software: true })).toThrow(unavailable(/no WebGL 2/));
});

it('reports that the GPU has no float textures', () => {
  pretend(() => context([]));
  expect(() => checkAvailable({ software: true })).toThrow(unavailable(/cannot render to float textures/));
});

it('reports that the browser renders in software, and accepts it on request', () => {
  pretend(({ failIfMajorPerformanceCaveat }) => (failIfMajorPerformanceCaveat ? null : floats));
  expect(() => checkAvailable({ software: false })).toThrow(unavailable(/in software.*software: true/));
  expect(() => checkAvailable({ software: true })).not.toThrow();
});

it('reports that this is no browser', () => {
  expect(() => checkAvailable({ software: true })).toThrow(unavailable(/runs in browsers/));
});
