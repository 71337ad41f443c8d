import type { RegisteredBackend } from '@resnetjs/backend';
import { ResNetError } from '@resnetjs/core';
import { unknownName } from './nearest.js';

const notYet = 'not part of this version';
const inBrowsers = 'runs in browsers, where @resnetjs/backend-webgl registers it';

export interface BackendOptions {
  /** As many as there are cores, at most 8, where it isn't given. */
  readonly threads?: number;
}

/** How each backend starts, or why it can't. */
export const backends = {
  wasm: async (options = {}) => (await import('@resnetjs/backend-wasm')).register(options),
  node: notYet,
  webgl: inBrowsers,
  webgpu: notYet,
} as const satisfies Record<string, string | ((options?: BackendOptions) => Promise<RegisteredBackend>)>;

export type BackendName = keyof typeof backends;
export const backendNames = Object.keys(backends) as BackendName[];

/** Starts a backend and makes it the current one. Throws `unknown-name`, `missing-backend`. */
export async function startBackend(
  name: string,
  { threads }: BackendOptions = {},
): Promise<RegisteredBackend> {
  const known = backendNames.find((each) => each === name) ?? unknownName('backend', name, backendNames);
  const start = backends[known];
  if (typeof start !== 'string') return start(threads === undefined ? {} : { threads });
  throw new ResNetError(
    'missing-backend',
    `The backend ${name} is not available here: ${start}. Use --backend wasm.`,
    { name },
  );
}
