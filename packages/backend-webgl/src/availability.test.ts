import { afterEach, expect, it, vi } from 'vitest';
import { checkAvailable } from './availability.js';

/** A browser whose canvases give what `getContext` does. */
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

it('lets a GPU compute that draws into floats, of 32 or of 16 bits', () => {
  for (const extension of ['EXT_color_buffer_float', 'EXT_color_buffer_half_float']) {
    pretend(() => context([extension]));
    expect(() => checkAvailable({ software: false })).not.toThrow();
  }
});

it('says that the browser has no WebGL 2', () => {
  pretend(() => null);
  expect(() => checkAvailable({ software: true })).toThrow(unavailable(/no WebGL 2/));
});

it('says that the GPU has no textures of floats', () => {
  pretend(() => context([]));
  expect(() => checkAvailable({ software: true })).toThrow(
    unavailable(/cannot draw into textures of floats/),
  );
});

it('says that the browser draws in software, and takes it where it is wanted', () => {
  pretend(({ failIfMajorPerformanceCaveat }) => (failIfMajorPerformanceCaveat ? null : floats));
  expect(() => checkAvailable({ software: false })).toThrow(unavailable(/in software.*software: true/));
  expect(() => checkAvailable({ software: true })).not.toThrow();
});

it('says that this is no browser', () => {
  expect(() => checkAvailable({ software: true })).toThrow(unavailable(/runs in browsers/));
});
