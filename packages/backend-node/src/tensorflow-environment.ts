import { existsSync, readFileSync } from 'node:fs';

/** What TensorFlow logs on stderr: errors, also warnings, or also information. */
export type LogLevel = 'error' | 'warning' | 'info';

interface EnvironmentOptions {
  /** undefined: the environment variable if it is set, else TensorFlow's default. */
  readonly threads: number | undefined;
  /** undefined: the environment variable if it is set, else `error`. */
  readonly logLevel: LogLevel | undefined;
}

const minLogLevel = { info: '0', warning: '1', error: '2' } as const satisfies Record<LogLevel, string>;

/**
 * Whether native TensorFlow has to do without oneDNN, which divides by the size of the caches: some virtual machines hide them.
 * With TensorFlow 2.21, a 1×1 convolution from 256 to 1024 channels then ends the process (SIGFPE). The environment variable
 * TF_ENABLE_ONEDNN_OPTS, if it is set, decides. Training takes three times as long without.
 */
export function avoidsOneDnn(): boolean {
  if (process.env.TF_ENABLE_ONEDNN_OPTS !== undefined) return process.env.TF_ENABLE_ONEDNN_OPTS === '0';
  return hidesCaches();
}

export function hidesCaches(folder = '/sys/devices/system/cpu/cpu0'): boolean {
  const isKnown = process.platform === 'linux' && process.arch === 'x64' && existsSync(folder);
  return isKnown && !existsSync(`${folder}/cache`);
}

/** Whether the system says that the processor has no AVX-512, as with x86 under Linux; false where it says nothing. */
export function lacksAvx512(file = '/proc/cpuinfo'): boolean {
  if (process.arch !== 'x64' || !existsSync(file)) return false;
  const [, flags] = /^flags\s*:(.*)/m.exec(readFileSync(file, 'utf8')) ?? [];
  return flags !== undefined && !/\bavx512f\b/.test(flags);
}

/**
 * Runs `start` with the environment variables set that TensorFlow reads while it starts, and restores them afterwards, so that
 * processes that this one starts later don't inherit them.
 */
export async function withTensorflowEnvironment<Result>(
  { threads, logLevel }: EnvironmentOptions,
  start: () => Promise<Result>,
): Promise<Result> {
  const wanted: Record<string, string | undefined> = {
    TF_CPP_MIN_LOG_LEVEL:
      logLevel === undefined ? (process.env.TF_CPP_MIN_LOG_LEVEL ?? '2') : minLogLevel[logLevel],
    TF_NUM_INTRAOP_THREADS: threads?.toString(),
    TF_ENABLE_ONEDNN_OPTS: avoidsOneDnn() ? '0' : undefined,
  };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) process.env[name] = value;
  try {
    return await start();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
