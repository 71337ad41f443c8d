import { BackendError, type RegisteredBackend } from '@resnetjs/backend';
import { ResNetError } from '@resnetjs/core';
import type { InstructionChoice } from '../options/instructions-option.js';
import { unknownName } from '../options/unknown-name.js';
import { plural } from '../terminal/format.js';

const notYet = 'not part of this version';
const inBrowsers = 'runs in browsers, where @resnetjs/backend-webgl registers it';

interface BackendOptions {
  /** Default: one per core (wasm: at most 8). */
  readonly threads?: number;
  /** Of wasm. Default: wide. */
  readonly instructions?: InstructionChoice;
}

/** How each backend starts, or why it can't. */
export const backends = {
  wasm: async ({ instructions = 'wide', ...options } = {}) =>
    (await import('@resnetjs/backend-wasm')).register({ instructions, ...options }),
  node: async ({ instructions: _, ...options } = {}) =>
    (await import('@resnetjs/backend-node')).register(options),
  cpu: async () => (await import('@resnetjs/backend-cpu')).register(),
  webgl: inBrowsers,
  webgpu: notYet,
} as const satisfies Record<string, string | ((options?: BackendOptions) => Promise<RegisteredBackend>)>;

export type BackendName = keyof typeof backends;
export const backendNames = Object.keys(backends) as BackendName[];
/** Those that start in this process. */
export const nodeBackends = backendNames.filter((name) => typeof backends[name] === 'function');

export interface StartedBackend extends RegisteredBackend {
  /** Its name for `--backend`, never auto. */
  readonly choice: BackendName;
}

/** Fastest first, as measured on a CPU. */
const fastest = ['node', 'wasm'] as const satisfies readonly BackendName[];

/** What people call the device that no backend computes on in Node. */
const gpuNames: readonly string[] = ['gpu', 'cuda', 'rocm', 'metal', 'mps', 'tpu'];
const noGpu = 'In Node every backend computes on the processor; a GPU computes in browsers, with webgl.';

const choices = [...backendNames, 'auto'];

/**
 * Starts a backend and makes it the current one. `auto` takes the fastest that can run, and prints its name to stderr.
 * Throws `unknown-name`, `missing-backend`, and a BackendError if the backend can't run.
 */
export async function startBackend(
  name: string,
  { threads, instructions }: BackendOptions = {},
): Promise<StartedBackend> {
  const options = { ...(threads !== undefined && { threads }), ...(instructions && { instructions }) };
  if (name === 'auto') return startFastest(options);
  const known =
    backendNames.find((each) => each === name) ??
    unknownName('backend', name, choices, gpuNames.includes(name.toLowerCase()) ? { why: noGpu } : {});
  const start = backends[known];
  if (typeof start !== 'string') return { ...(await start(options)), choice: known };
  throw new ResNetError(
    'missing-backend',
    `The backend ${name} is not available here: ${start}. Use --backend wasm.`,
    { name },
  );
}

async function startFastest(options: BackendOptions): Promise<StartedBackend> {
  let reason = '';
  for (const name of fastest) {
    try {
      const registered = await backends[name](options);
      const { threads } = registered;
      process.stderr.write(`backend: ${name}, ${plural(threads, 'thread')}${reason}\n`);
      return { ...registered, choice: name };
    } catch (error) {
      if (!(error instanceof BackendError) || error.code === 'bad-arguments') throw error;
      reason ||= ` (${name} would be faster: resnet backends says why it can't run)`;
      if (name === fastest.at(-1)) throw error;
    }
  }
  throw new Error('there is always a last one');
}
