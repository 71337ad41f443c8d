import {
  BackendError,
  kernelNames,
  type KernelTable,
  type RegisteredBackend,
  replaceKernels,
  setBackendOrThrow,
} from '@resnetjs/backend';
import { BackendWasm, setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { conv3DBackpropFilterV2, conv3DBackpropInputV2 } from './convolution-3d-gradients.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution-gradients.js';
import { conv2D, fusedConv2D, fusedConvAdd } from './convolution.js';
import { slice, stridedSlice, tile } from './copies.js';
import {
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
} from './depthwise-gradients.js';
import { dilation2D, dilation2DBackpropFilter, dilation2DBackpropInput } from './dilation.js';
import { fusedMatMul } from './fused-mat-mul.js';
import { gatherV2 } from './gather.js';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './grouped-convolution.js';
import { heapMemory, type KernelContext } from './heap.js';
import { batchMatMul } from './matrix-product.js';
import { maxPool3D, maxPool3DGrad } from './max-pool-3d.js';
import { messageOf } from './message-of.js';
import {
  type InstructionName,
  instructionNames,
  type StartedMicrokernels,
  startMicrokernels,
} from './instructions.js';
import { PreparedFilters } from './prepared-filters.js';
import { unsortedSegmentSum } from './segment-sum.js';
import { mean, sum } from './sums.js';
import { availableCores, whyNoThreads } from './threads/platform.js';
import { withStandInWorkers } from './threads/stand-in-workers.js';
import { oneThread, startTeam, type Team } from './threads/team.js';
import { add, avgPoolGrad, fusedBatchNorm, maxPoolGrad, relu } from './replaced-kernels.js';
import {
  activationGradient,
  adamUpdate,
  batchNormTraining,
  batchNormTrainingGradient,
  fusedAdd,
} from './training-kernels.js';
import { withInlinedBuild } from './tensorflow-build.js';
import { webAssembly, type WasmMemory } from './web-assembly.js';

const backendName = 'wasm';

/** Options of `register`. They have no effect once the backend has started. */
export interface RegisterOptions {
  /**
   * Number of threads that compute, 1 to 64. Default: the number of cores that the process may use, at most 8. If threads
   * aren't available there is one, and the result's `details.threads` says why.
   */
  readonly threads?: number;
  /**
   * What products are computed with; `details.instructions` says what was taken. Default: 'auto': multiply-add where the
   * engine has it (relaxed SIMD: Node 22, Chrome 114), and Winograd's tiles for convolutions of 3×3. 'portable' has neither, and gives
   * the same bits on every engine and in every version. 'wide' and 'wide-portable' compute the bits of 'auto' and 'portable' on 256 bits
   * in Node 24 and newer on x86 with AVX2, tried when the backend starts: they set a flag of V8 for the whole process
   * (`--experimental-wasm-revectorize`).
   */
  readonly instructions?: InstructionName;
}

/** TensorFlow.js's default number of threads. */
const asManyAsCores = -1;

const maxThreads = 64;
const maxDefaultThreads = 8;

const kernels: KernelTable<KernelContext> = {
  [tf.Conv2D]: conv2D,
  [tf.FusedConv2D]: { kernel: fusedConv2D, activations: ['relu'] },
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.DepthwiseConv2dNativeBackpropFilter]: depthwiseConv2dNativeBackpropFilter,
  [tf.DepthwiseConv2dNativeBackpropInput]: depthwiseConv2dNativeBackpropInput,
  [tf.Conv3DBackpropFilterV2]: conv3DBackpropFilterV2,
  [tf.Conv3DBackpropInputV2]: conv3DBackpropInputV2,
  [tf.MaxPool3D]: maxPool3D,
  [tf.MaxPool3DGrad]: maxPool3DGrad,
  [tf.Dilation2D]: dilation2D,
  [tf.Dilation2DBackpropFilter]: dilation2DBackpropFilter,
  [tf.Dilation2DBackpropInput]: dilation2DBackpropInput,
  [tf.UnsortedSegmentSum]: unsortedSegmentSum,
  [tf.BatchMatMul]: batchMatMul,
  [tf._FusedMatMul]: fusedMatMul,
  [tf.GatherV2]: gatherV2,
  [tf.FusedBatchNorm]: fusedBatchNorm,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.AvgPoolGrad]: avgPoolGrad,
  [tf.Sum]: sum,
  [tf.Mean]: mean,
  [tf.Slice]: slice,
  [tf.StridedSlice]: stridedSlice,
  [tf.Tile]: tile,
  [tf.Add]: add,
  [tf.Relu]: relu,
  [kernelNames.batchNormTraining]: { kernel: batchNormTraining, activations: ['relu'] },
  [kernelNames.batchNormTrainingGradient]: { kernel: batchNormTrainingGradient, activations: ['relu'] },
  [kernelNames.fusedConvAdd]: { kernel: fusedConvAdd, activations: ['relu'] },
  [kernelNames.fusedAdd]: { kernel: fusedAdd, activations: ['relu'] },
  [kernelNames.activationGradient]: { kernel: activationGradient, activations: ['relu'] },
  [kernelNames.convolution]: { kernel: convolution, activations: ['relu'] },
  [kernelNames.convolutionInputGradient]: convolutionInputGradient,
  [kernelNames.convolutionFilterGradient]: convolutionFilterGradient,
  [kernelNames.adamUpdate]: adamUpdate,
};

/** The backend that has the kernels: one that was removed and created again needs them again. */
let served: { backend: BackendWasm; result: RegisteredBackend } | undefined;

/**
 * Starts TensorFlow.js's Wasm backend, makes it the current one, and registers the kernels that training needs. Calling it
 * again changes nothing.
 *
 * Throws BackendError: `unavailable` if WebAssembly or its SIMD is missing or forbidden, `start-failed` if the backend doesn't start,
 * `bad-arguments` if `threads` is out of range.
 *
 * @example
 * import { register } from '@resnetjs/backend-wasm';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const { threads, details } = await register();
 * console.log(tf.getBackend(), threads, details.threads); // wasm 2 "2, on shared memory"
 */
export async function register(options: RegisterOptions = {}): Promise<RegisteredBackend> {
  const wanted = { ...wantedThreads(options), instructions: wantedInstructions(options) };
  starting ??= start(wanted).finally(() => {
    starting = undefined;
  });
  return starting;
}

/** The start that is under way, which everyone waits for who asks meanwhile. */
let starting: Promise<RegisteredBackend> | undefined;

async function start(
  wanted: Wanted & { readonly instructions: InstructionName },
): Promise<RegisteredBackend> {
  const { backend, problem } = await startBackend(wanted);
  if (served?.backend === backend) return served.result;

  const memory = heapMemory(backend);
  const started = await startMicrokernels(memory, wanted.instructions);
  const { team, description } = await gatherTeam(started, memory, wanted, problem);
  stopWith(backend, team);
  const filters = new PreparedFilters(backend);
  replaceKernels(backendName, kernels, {
    ...{ backend, microkernels: started.microkernels, team, filters },
    tiles: started.tiles,
  });
  const result: RegisteredBackend = {
    name: backendName,
    threads: team.threads,
    precision: 32,
    kernels: Object.keys(kernels),
    details: { tensorflow: version_wasm, instructions: started.instructions, threads: description },
  };
  served = { backend, result };
  return result;
}

interface Wanted {
  readonly threads: number;
  /** If there is only one thread: why. */
  readonly problem?: string;
}

function wantedInstructions({ instructions = 'auto' }: RegisterOptions): InstructionName {
  if (instructionNames.includes(instructions)) return instructions;
  throw new BackendError(
    'bad-arguments',
    `instructions: expected ${instructionNames.join(', ')}, got ${String(instructions)}.`,
  );
}

function wantedThreads({ threads }: RegisterOptions): Wanted {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads)) {
    throw new BackendError(
      'bad-arguments',
      `threads: expected an integer from 1 to ${maxThreads}, got ${String(threads)}.`,
    );
  }
  if (threads === 1) return { threads: 1, problem: 'as requested' };
  const problem = whyNoThreads();
  if (problem !== undefined) return { threads: 1, problem };
  const cores = availableCores();
  if (threads === undefined && cores < 2) return { threads: 1, problem: 'there is only one core' };
  return { threads: threads ?? Math.min(cores, maxDefaultThreads) };
}

/** Starts the backend; `problem` says why its memory isn't shared although several threads were wanted. */
async function startBackend(wanted: Wanted): Promise<{ backend: BackendWasm; problem?: string }> {
  webAssembly();
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new BackendError(
      'unavailable',
      'This JavaScript engine has no WebAssembly SIMD. Use a newer browser or Node, or another backend.',
    );
  }
  let problem: string | undefined;
  try {
    if (wanted.threads > 1) problem = await setBackend(true).then(() => undefined, messageOf);
    if (wanted.threads === 1 || problem !== undefined) await setBackend(false);
    await tf.ready();
  } catch (cause) {
    throw cause instanceof BackendError ? cause : startFailed(cause);
  }
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm))
    throw startFailed(
      'the backend of this name is of another copy of @tensorflow/tfjs-backend-wasm, or of another program.',
    );
  if (wanted.threads === 1 || isShared(heapMemory(backend))) return { backend };
  const without = 'the backend started without shared memory';
  return { backend, problem: problem === undefined ? without : `${without} (${problem})` };
}

/**
 * Makes the backend current, and starts it if it isn't running: TensorFlow.js's build with shared memory and one thread, or
 * the plain one. TensorFlow.js's own kernels stay on one thread.
 */
async function setBackend(shared: boolean): Promise<void> {
  const set = () => setBackendOrThrow(backendName);
  if (backendName in tf.engine().registry) return set();
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', shared);
  if (shared) setThreadsCount(1);
  try {
    await withInlinedBuild(shared, () => (shared ? withStandInWorkers(set) : set()));
  } finally {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (shared) setThreadsCount(asManyAsCores);
  }
}

function isShared(memory: WasmMemory): boolean {
  return !(memory.buffer instanceof ArrayBuffer);
}

/** Starts the threads that compute, and describes them. */
async function gatherTeam(
  started: StartedMicrokernels,
  memory: WasmMemory,
  wanted: Wanted,
  failure: string | undefined,
): Promise<{ team: Team; description: string }> {
  const alone = (problem: string) => ({
    team: oneThread(started.microkernels),
    description: `one: ${problem}`,
  });
  const problem = wanted.problem ?? failure;
  if (problem !== undefined) return alone(problem);
  try {
    const team = await startTeam(started, memory, wanted.threads);
    return { team, description: `${wanted.threads}, on shared memory` };
  } catch (error) {
    return alone(`threads did not start: ${messageOf(error)}`);
  }
}

/** Stops the team when the backend is disposed of. */
function stopWith(backend: BackendWasm, team: Team): void {
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    team.stop();
    dispose();
  };
}

function startFailed(cause: unknown): BackendError {
  return new BackendError(
    'start-failed',
    `TensorFlow.js could not start its Wasm backend: ${messageOf(cause)}`,
    { cause },
  );
}
