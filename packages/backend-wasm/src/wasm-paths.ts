import type { RegisterOptions } from './register.js';

// Bundlers look for `new URL` and `import.meta.url` as they are written; neither is in ES2023's types.
declare const URL: new (path: string, origin: string) => { readonly href: string };
declare global {
  interface ImportMeta {
    url: string;
  }
}

/**
 * TensorFlow.js's .wasm files, for bundlers that follow `new URL('…', import.meta.url)` into
 * packages (Vite, webpack): `register({ wasmPaths })`. Without a bundler these URLs lead nowhere.
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
