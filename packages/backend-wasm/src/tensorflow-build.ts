import { BackendError } from '@resnetjs/backend';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from './message-of.js';
import { inflate, webAssembly } from './web-assembly.js';

/**
 * TensorFlow.js's backend fetches its WebAssembly from a .wasm file beside the page's scripts, where few bundlers put it. So
 * its builds are modules of this package, loaded when they are used, and while the backend starts, what it fetches is that.
 */

type Fetch = (path: string, init?: object) => Promise<unknown>;

/**
 * Runs `start`, which starts the build with shared memory or the plain one. Throws BackendError `unavailable` or `start-failed`
 * if that can't be had or compiled: TensorFlow.js would wait for it forever.
 */
export async function withInlinedBuild<Result>(
  shared: boolean,
  start: () => Promise<Result>,
): Promise<Result> {
  const bytes = await inflate(await loadBuild(shared));
  await checkCompiles(bytes);
  const name = shared ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm';
  setWasmPaths('', true);
  const { platform } = tf.env() as unknown as { platform: { fetch: Fetch } };
  const before = Object.getOwnPropertyDescriptor(platform, 'fetch');
  const fetchOthers = platform.fetch.bind(platform);
  platform.fetch = async (path, init) =>
    path === name ? { ok: true, arrayBuffer: async () => bytes.buffer } : fetchOthers(path, init);
  try {
    return await start();
  } finally {
    if (before === undefined) Reflect.deleteProperty(platform, 'fetch');
    else Object.defineProperty(platform, 'fetch', before);
  }
}

async function loadBuild(shared: boolean): Promise<string> {
  try {
    const { build } = await (shared
      ? import('./generated/tensorflow-threaded-simd.js')
      : import('./generated/tensorflow-simd.js'));
    return build;
  } catch (cause) {
    throw new BackendError(
      'start-failed',
      `The script that holds TensorFlow.js's WebAssembly could not be loaded (${messageOf(cause)}). Serve every file that the bundler wrote.`,
      { cause },
    );
  }
}

async function checkCompiles(bytes: Uint8Array): Promise<void> {
  try {
    await webAssembly().compile(bytes);
  } catch (cause) {
    throw new BackendError(
      'start-failed',
      `WebAssembly could not be compiled (${messageOf(cause)}). A page's Content Security Policy has to allow 'wasm-unsafe-eval' in script-src.`,
      { cause },
    );
  }
}
