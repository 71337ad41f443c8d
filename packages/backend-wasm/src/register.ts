import {
  BackendError,
  type Kernel,
  kernelNames,
  type RegisteredBackend,
  replaceKernels,
} from '@resnetjs/backend';
import { BackendWasm, setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { conv2D, fusedConv2D } from './convolution.js';
import { heapMemory, type KernelContext } from './heap.js';
import { batchMatMul } from './matrix-product.js';
import { type StartedMicrokernels, startMicrokernels } from './microkernels.js';
import { availableCores, whyNoThreads } from './threads/platform.js';
import { withStandInWorkers } from './threads/stand-in-workers.js';
import { oneThread, startTeam, type Team } from './threads/team.js';
import { add, fusedBatchNorm, maxPoolGrad, relu } from './replaced-kernels.js';
import {
  adamUpdate,
  addRelu,
  batchNormTraining,
  batchNormTrainingGradient,
  reluGradient,
} from './training-kernels.js';
import type { WasmMemory } from './web-assembly.js';

const backendName = 'wasm';

export interface RegisterOptions {
  /**
   * Where TensorFlow.js's own .wasm files are: a folder's URL, or the URL of each by file name.
   * Node needs none; for a bundler see `@resnetjs/backend-wasm/wasm-paths`. Too late once the
   * backend has started.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /**
   * Threads that compute, 1 to 64; by default one for each core that the process may use, at most 8.
   * Where threads can't be had there is one, and `details.threads` of the result says why. Too late
   * once the backend has started.
   */
  readonly threads?: number;
}

/** What TensorFlow.js has until it is told otherwise. */
const asManyAsCores = -1;

const maxThreads = 64;
const maxByDefault = 8;

const kernels: Readonly<Record<string, Kernel<KernelContext>>> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: fusedConv2D,
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.BatchMatMul]: batchMatMul,
  [tf.FusedBatchNorm]: fusedBatchNorm,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.Add]: add,
  [tf.Relu]: relu,
  [kernelNames.batchNormTraining]: batchNormTraining,
  [kernelNames.batchNormTrainingGradient]: batchNormTrainingGradient,
  [kernelNames.addRelu]: addRelu,
  [kernelNames.reluGradient]: reluGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

/** The backend whose kernels stand: one that was removed and made again needs them again. */
let served: { backend: BackendWasm; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's Wasm backend, makes it the current one, and gives it the kernels that
 * training needs. Calling it again changes nothing. Throws BackendError where WebAssembly SIMD
 * is missing, the backend does not start, or `threads` is no such number.
 */
export async function register(options: RegisterOptions = {}): Promise<RegisteredBackend> {
  const wanted = wantedThreads(options);
  const { backend, problem } = await startBackend(options, wanted);
  if (served?.backend === backend) return served.result;

  const memory = heapMemory(backend);
  const started = await startMicrokernels(memory);
  const { team, words } = await gather(started, memory, wanted, problem);
  stopWith(backend, team);
  replaceKernels(backendName, kernels, { backend, microkernels: started.microkernels, team });
  const result: RegisteredBackend = {
    name: backendName,
    threads: team.threads,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_wasm, instructions: 'WebAssembly SIMD, 128 bits', threads: words },
  };
  served = { backend, result };
  return result;
}

interface Wanted {
  readonly threads: number;
  /** Why one thread is all, where it is. */
  readonly problem?: string;
}

function wantedThreads({ threads }: RegisterOptions): Wanted {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads)) {
    throw new BackendError(
      'bad-arguments',
      `threads: a whole number from 1 to ${maxThreads} was expected, got ${String(threads)}.`,
    );
  }
  if (threads === 1) return { threads: 1, problem: 'as was asked for' };
  const problem = whyNoThreads();
  if (problem !== undefined) return { threads: 1, problem };
  const cores = availableCores();
  if (threads === undefined && cores < 2) return { threads: 1, problem: 'there is one core' };
  return { threads: threads ?? Math.min(cores, maxByDefault) };
}

/** The backend, and why its memory is not shared where it should be. */
async function startBackend(
  { wasmPaths }: RegisterOptions,
  wanted: Wanted,
): Promise<{ backend: BackendWasm; problem?: string }> {
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new BackendError(
      'unavailable',
      'This JavaScript engine has no WebAssembly SIMD. Use a newer browser or Node, or another backend.',
    );
  }
  try {
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths as string);
    const shared = wanted.threads > 1 && (await setBackend(true));
    if (!shared && !(await setBackend(false))) throw startFailed();
    await tf.ready();
  } catch (cause) {
    throw cause instanceof BackendError ? cause : startFailed(cause);
  }
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm)) throw startFailed();
  if (wanted.threads === 1 || isShared(heapMemory(backend))) return { backend };
  return { backend, problem: 'the backend started without shared memory' };
}

/**
 * Makes the backend current, and starts it if it doesn't run yet: TensorFlow.js's build with shared
 * memory and one thread, or the plain one. What TensorFlow.js computes itself stays on one thread.
 */
async function setBackend(shared: boolean): Promise<boolean> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', shared);
  if (shared) setThreadsCount(1);
  try {
    const set = () => tf.setBackend(backendName);
    return await (shared ? withStandInWorkers(set) : set());
  } finally {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (shared) setThreadsCount(asManyAsCores);
  }
}

function isShared(memory: WasmMemory): boolean {
  return !(memory.buffer instanceof ArrayBuffer);
}

/** The threads that will compute, and a word on them. */
async function gather(
  started: StartedMicrokernels,
  memory: WasmMemory,
  wanted: Wanted,
  failure: string | undefined,
): Promise<{ team: Team; words: string }> {
  const alone = (problem: string) => ({ team: oneThread(started.microkernels), words: `one: ${problem}` });
  const problem = wanted.problem ?? failure;
  if (problem !== undefined) return alone(problem);
  try {
    const team = await startTeam(started, memory, wanted.threads);
    return { team, words: `${wanted.threads}, on shared memory` };
  } catch (error) {
    return alone(`threads did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The team ends with the backend. */
function stopWith(backend: BackendWasm, team: Team): void {
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    team.stop();
    dispose();
  };
}

function startFailed(cause?: unknown): BackendError {
  return new BackendError(
    'start-failed',
    'TensorFlow.js could not start its Wasm backend; in a browser, most often because the page does not serve its .wasm files. Pass their location as `wasmPaths`, and set it before anything else starts the backend.',
    { cause },
  );
}
