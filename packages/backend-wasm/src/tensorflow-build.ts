import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { bytesOf } from './web-assembly.js';

/**
 * TensorFlow.js's backend fetches its WebAssembly from a .wasm file beside the page's scripts, where few bundlers put it. So
 * its builds are modules of this package, loaded when they are used, and while the backend starts, what it fetches is that.
 */

interface Globals {
  DecompressionStream: new (format: 'gzip') => object;
  Blob: new (parts: readonly Uint8Array[]) => { stream(): { pipeThrough(transform: object): object } };
  Response: new (body: object) => { arrayBuffer(): Promise<ArrayBuffer> };
}
const { DecompressionStream, Blob, Response } = globalThis as unknown as Globals;

type Fetch = (path: string, init?: object) => Promise<unknown>;

/** Runs `start`, which starts the build with shared memory or the plain one. */
export async function withInlinedBuild<Result>(
  shared: boolean,
  start: () => Promise<Result>,
): Promise<Result> {
  const bytes = await loadBuild(shared);
  const name = shared ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm';
  setWasmPaths('', true);
  const { platform } = tf.env() as unknown as { platform: { fetch: Fetch } };
  const before = Object.getOwnPropertyDescriptor(platform, 'fetch');
  const fetchOthers = platform.fetch.bind(platform);
  platform.fetch = async (path, init) =>
    path === name ? { ok: true, arrayBuffer: async () => bytes } : fetchOthers(path, init);
  try {
    return await start();
  } finally {
    if (before === undefined) Reflect.deleteProperty(platform, 'fetch');
    else Object.defineProperty(platform, 'fetch', before);
  }
}

async function loadBuild(shared: boolean): Promise<ArrayBuffer> {
  const { build } = await (shared
    ? import('./generated/tensorflow-threaded-simd.js')
    : import('./generated/tensorflow-simd.js'));
  const compressed = new Blob([bytesOf(build)]).stream();
  return new Response(compressed.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
