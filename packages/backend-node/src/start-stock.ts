import { availableParallelism } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BackendError, setBackendOrThrow } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { requireWith } from './load-modules.js';
import { locateNative, type NativePackage, type RejectedPackage } from './locate.js';
import type { NativeBinding } from './native-binding.js';
import { backendName, isNodeBackend, type NodeBackend } from './node-backend.js';
import { putBackOnUtil, utilAsItWas } from './removed-from-node.js';
import { type LogLevel, withTensorflowEnvironment } from './tensorflow-environment.js';

/** Options of `register` and `startStock`. They have no effect once the backend has started. */
export interface RegisterOptions {
  /**
   * Number of threads that compute, 1 to 64. Default: the environment variable TF_NUM_INTRAOP_THREADS, else the number of
   * cores that the process may use.
   */
  readonly threads?: number;
  /** What TensorFlow logs on stderr. Default: the environment variable TF_CPP_MIN_LOG_LEVEL, else `error`. */
  readonly logLevel?: LogLevel;
}

/** Our own small addon (native/host-addon). */
interface HostAddon {
  pauseStderr(): void;
  resumeStderr(): void;
}

/** tfjs-node's backend, started. */
export interface StartedBackend {
  readonly backend: NodeBackend;
  /** Number of threads that compute. */
  readonly threads: number;
  /** TensorFlow's version, such as `2.21.0`. */
  readonly tensorflow: string;
  /** The folder that it was loaded from, or a note that the program itself loaded it. */
  readonly source: string;
}

const maxThreads = 64;

let started: StartedBackend | undefined;

/**
 * Starts tfjs-node's backend with its own kernels alone, and makes it the current one; `register` adds ours. The kernels are
 * loaded onto this program's TensorFlow.js instead of the copy that tfjs-node would load. A backend that the program has
 * started itself (`import '@tensorflow/tfjs-node'`) is used as it is. Throws BackendError: `unavailable` if there is no
 * complete tfjs-node or it can't be loaded, `start-failed` if its backend doesn't start, `bad-arguments` if `threads` is out
 * of range.
 */
export async function startStock(options: RegisterOptions = {}): Promise<StartedBackend> {
  checkThreads(options.threads);
  const present = tf.findBackend(backendName);
  if (started !== undefined && started.backend === present) {
    await tf.setBackend(backendName);
    return started;
  }
  if (isNodeBackend(present)) {
    putBackOnUtil();
    await tf.setBackend(backendName);
    started = describe(present, undefined, 'loaded by the program itself');
    return started;
  }
  const found = locateNative();
  if (found.native === null) throw notInstalled(found.rejected);
  const { threads, logLevel } = options;
  const backend = await withTensorflowEnvironment({ threads, logLevel }, () => start(found.native));
  started = describe(backend, threads, found.native.folder);
  return started;
}

type BackendClass = new (binding: NativeBinding, name: string) => tf.KernelBackend;

/** tfjs-node's code, which registers its kernels once: they outlive a removed backend. */
let loaded: { binding: NativeBinding; Backend: BackendClass } | undefined;

async function start(native: NativePackage): Promise<NodeBackend> {
  const binding = loaded?.binding ?? loadAddon(native);
  try {
    loaded ??= { binding, Backend: loadJavascript(native) };
    const { Backend } = loaded;
    tf.registerBackend(backendName, () => new Backend(binding, '@tensorflow/tfjs-node'), 3);
    await setBackendOrThrow(backendName);
    await tf.ready();
    // TensorFlow reads its environment when the first operation runs.
    tf.tidy(() => tf.add(1, 1).dataSync());
  } catch (cause) {
    throw new BackendError(
      'start-failed',
      `tfjs-node in ${native.folder} was loaded, but its backend did not start: ${messageOf(cause)}`,
      { cause },
    );
  }
  const backend = tf.backend();
  if (!isNodeBackend(backend)) {
    throw new BackendError(
      'start-failed',
      `A backend other than tfjs-node's is registered as "${backendName}".`,
    );
  }
  return backend;
}

/** Registers tfjs-node's kernels and returns its backend's class, all on this program's TensorFlow.js. */
function loadJavascript({ folder }: NativePackage): BackendClass {
  const requireFrom = requireWith(folder, {
    '@tensorflow/tfjs': tf,
    '@tensorflow/tfjs-core': tf,
    util: utilAsItWas,
    './proto/api_pb': {}, // TensorBoard's messages, which no kernel needs
  });
  const module = requireFrom('./dist/nodejs_kernel_backend.js') as { NodeJSKernelBackend: BackendClass };
  requireFrom('./dist/register_all_kernels.js');
  return module.NodeJSKernelBackend;
}

/** Loads the addon through Node's own cache: loading the file again gives the same TensorFlow. */
function loadAddon({ folder, addon, hostAddon, origin }: NativePackage): NativeBinding {
  const load = createRequire(join(folder, 'package.json'));
  try {
    const host: HostAddon | null = hostAddon === null ? null : load(hostAddon);
    const level = process.env.TF_CPP_MIN_LOG_LEVEL; // set by `logLevel`, or by the user
    if (level !== '0') host?.pauseStderr();
    try {
      return load(addon);
    } finally {
      host?.resumeStderr();
    }
  } catch (cause) {
    const remedy =
      origin === 'cache'
        ? 'Reinstall it: resnet backends install node --force'
        : `Reinstall it, or delete ${folder} and run: resnet backends install node`;
    throw new BackendError(
      'unavailable',
      `Native TensorFlow in ${folder} could not be loaded: ${messageOf(cause)}. ${remedy}`,
      { cause },
    );
  }
}

function describe(backend: NodeBackend, threads: number | undefined, source: string): StartedBackend {
  const fromEnvironment = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return {
    backend,
    threads: threads ?? (fromEnvironment > 0 ? fromEnvironment : availableParallelism()),
    tensorflow: backend.binding.TF_Version,
    source,
  };
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined) return;
  if (Number.isInteger(threads) && threads >= 1 && threads <= maxThreads) return;
  throw new BackendError(
    'bad-arguments',
    `threads: expected an integer from 1 to ${maxThreads}, got ${String(threads)}.`,
  );
}

function notInstalled(rejected: readonly RejectedPackage[]): BackendError {
  const places = rejected.map(({ folder, problem }) => `${folder}: ${problem}`).join('; ');
  return new BackendError(
    'unavailable',
    `Native TensorFlow is not installed (${places}). Run: resnet backends install node; or, in a program, call installNative() from @resnetjs/backend-node/install.`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
