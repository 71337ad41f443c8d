import { availableParallelism } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BackendError } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { requireWith } from './load-modules.js';
import { locateNative, type NativePackage, type Rejected } from './locate.js';
import type { NativeBinding } from './native-binding.js';
import { backendName, isNodeBackend, type NodeBackend } from './node-backend.js';
import { putBackOnUtil, utilAsItWas } from './removed-from-node.js';
import { type Logging, withTensorflowEnvironment } from './tensorflow-environment.js';

export interface StartOptions {
  /**
   * Threads that compute, 1 to 64; by default one for each core that the process may use, or what the
   * variable TF_NUM_INTRAOP_THREADS says. Too late once the backend has started.
   */
  readonly threads?: number;
  /**
   * What TensorFlow says on stderr; by default what it calls an error, or what the variable
   * TF_CPP_MIN_LOG_LEVEL says. Too late once the backend has started.
   */
  readonly logging?: Logging;
}

/** Our own small addon (native/host-addon). */
interface HostAddon {
  pauseStderr(): void;
  resumeStderr(): void;
}

export interface Started {
  readonly backend: NodeBackend;
  readonly threads: number;
  /** TensorFlow's version, such as `2.21.0`. */
  readonly tensorflow: string;
  /** The folder that it was loaded from, or who loaded it. */
  readonly source: string;
}

const maxThreads = 64;

let started: Started | undefined;

/**
 * Starts tfjs-node's backend with its own kernels, and makes it the current one. Its kernels compute on
 * this program's TensorFlow.js, of which tfjs-node would bring another. A backend that the program has
 * started by itself (`import '@tensorflow/tfjs-node'`) is taken as it is. Throws BackendError:
 * `unavailable` where there is no whole tfjs-node, `start-failed`, `bad-arguments`.
 */
export async function startStock(options: StartOptions = {}): Promise<Started> {
  checkThreads(options.threads);
  const present = tf.findBackend(backendName);
  if (started !== undefined && started.backend === present) {
    await tf.setBackend(backendName);
    return started;
  }
  if (isNodeBackend(present)) {
    putBackOnUtil();
    await tf.setBackend(backendName);
    started = describe(present, undefined, 'the program, by itself');
    return started;
  }
  const found = locateNative();
  if (found.native === null) throw notInstalled(found.rejected);
  const { threads, logging } = options;
  const backend = await withTensorflowEnvironment({ threads, logging }, () => start(found.native));
  started = describe(backend, threads, found.native.folder);
  return started;
}

type BackendClass = new (binding: NativeBinding, name: string) => tf.KernelBackend;

/** tfjs-node's code, which registers its kernels once: they outlive a backend that is removed. */
let loaded: { binding: NativeBinding; Backend: BackendClass } | undefined;

async function start(native: NativePackage): Promise<NodeBackend> {
  const binding = loaded?.binding ?? loadAddon(native);
  try {
    loaded ??= { binding, Backend: loadJavascript(native) };
    const { Backend } = loaded;
    tf.registerBackend(backendName, () => new Backend(binding, '@tensorflow/tfjs-node'), 3);
    if (!(await tf.setBackend(backendName))) throw new Error('setBackend gave false');
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
      `Another backend than tfjs-node's is registered as "${backendName}".`,
    );
  }
  return backend;
}

/** Its backend's class; its kernels are registered. All of it computes on this program's TensorFlow.js. */
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

/** Through Node's own cache: a second load of the file gives the same TensorFlow. */
function loadAddon({ folder, addon, hostAddon, origin }: NativePackage): NativeBinding {
  const load = createRequire(join(folder, 'package.json'));
  try {
    const host: HostAddon | null = hostAddon === null ? null : load(hostAddon);
    const level = process.env.TF_CPP_MIN_LOG_LEVEL; // by now what `logging` or the program's caller says
    if (level !== '0') host?.pauseStderr();
    try {
      return load(addon);
    } finally {
      host?.resumeStderr();
    }
  } catch (cause) {
    const mend =
      origin === 'cache'
        ? 'Install it anew: resnet backends install node --force'
        : `Install it anew, or delete ${folder} and run: resnet backends install node`;
    throw new BackendError(
      'unavailable',
      `Native TensorFlow in ${folder} could not be loaded: ${messageOf(cause)}. ${mend}`,
      { cause },
    );
  }
}

function describe(backend: NodeBackend, threads: number | undefined, source: string): Started {
  const told = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return {
    backend,
    threads: threads ?? (told > 0 ? told : availableParallelism()),
    tensorflow: backend.binding.TF_Version,
    source,
  };
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined) return;
  if (Number.isInteger(threads) && threads >= 1 && threads <= maxThreads) return;
  throw new BackendError(
    'bad-arguments',
    `threads: a whole number from 1 to ${maxThreads} was expected, got ${String(threads)}.`,
  );
}

function notInstalled(rejected: readonly Rejected[]): BackendError {
  const places = rejected.map(({ folder, problem }) => `${folder}: ${problem}`).join('; ');
  return new BackendError(
    'unavailable',
    `Native TensorFlow is not installed (${places}). Run: resnet backends install node; or in a program: installNative() of @resnetjs/backend-node/install.`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
