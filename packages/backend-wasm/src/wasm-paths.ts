import type { RegisterOptions } from './register.js';

// Bundlers look for `new URL(…, import.meta.url)` literally; neither is in ES2023's types.
declare const URL: new (path: string, origin: string) => { readonly href: string };
declare global {
  interface ImportMeta {
    url: string;
  }
}

/**
 * The URLs of TensorFlow.js's .wasm files by file name, for bundlers that resolve `new URL('…', import.meta.url)` in packages
 * (Vite, webpack). Without a bundler these URLs are invalid.
 *
 * @example
 * import { register } from '@resnetjs/backend-wasm';
 * import { wasmPaths } from '@resnetjs/backend-wasm/wasm-paths';
 *
 * await register({ wasmPaths });
 */
export const wasmPaths = {
  'tfjs-backend-wasm.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
    import.meta.url,
  ).href,
  'tfjs-backend-wasm-simd.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    import.meta.url,
  ).href,
  'tfjs-backend-wasm-threaded-simd.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
    import.meta.url,
  ).href,
} as const satisfies RegisterOptions['wasmPaths'];
