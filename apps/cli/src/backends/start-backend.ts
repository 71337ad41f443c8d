import { BackendError, type RegisteredBackend } from '@resnetjs/backend';
import { ResNetError } from '@resnetjs/core';
import type { InstructionChoice } from '../options/instructions-option.js';
import { unknownName } from '../options/unknown-name.js';
import { plural } from '../terminal/format.js';
import { rankHere, type Work } from './fastest.js';

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

/** What people call the device that no backend computes on in Node. */
const gpuNames: readonly string[] = ['gpu', 'cuda', 'rocm', 'metal', 'mps', 'tpu'];
const noGpu = 'In Node every backend computes on the processor; a GPU computes in browsers, with webgl.';

const choices = [...backendNames, 'auto'];

/**
 * Starts a backend and makes it the current one. `auto` takes the fastest for the work that can run, and prints its name to stderr.
 * Throws `unknown-name`, `missing-backend`, and a BackendError if the backend can't run.
 */
export async function startBackend(
  name: string,
  { threads, instructions }: BackendOptions = {},
  work: Work = 'inference',
): Promise<StartedBackend> {
  const options = { ...(threads !== undefined && { threads }), ...(instructions && { instructions }) };
  if (name === 'auto') return startFastest(options, work);
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

async function startFastest(options: BackendOptions, work: Work): Promise<StartedBackend> {
  const { order, why } = await rankHere(work, options.instructions);
  const [first, second] = order;
  const start = async (name: typeof first, reason: string): Promise<StartedBackend> => {
    const registered = await backends[name](options);
    process.stderr.write(`backend: ${name}, ${plural(registered.threads, 'thread')}${reason}\n`);
    return { ...registered, choice: name };
  };
  try {
    return await start(first, why === '' ? '' : ` (the fastest ${why})`);
  } catch (error) {
    if (!(error instanceof BackendError) || error.code === 'bad-arguments') throw error;
    return start(second, ` (${first} would be faster: resnet backends says why it can't run)`);
  }
}
