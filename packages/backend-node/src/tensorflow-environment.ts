import { existsSync } from 'node:fs';

/** What TensorFlow logs on stderr: errors, also warnings, or also information. */
export type LogLevel = 'error' | 'warning' | 'info';

interface EnvironmentOptions {
  /** undefined: the environment variable if it is set, else TensorFlow's default. */
  readonly threads: number | undefined;
  /** undefined: the environment variable if it is set, else `error`. */
  readonly logLevel: LogLevel | undefined;
}

const minLogLevel = { info: '0', warning: '1', error: '2' } as const satisfies Record<LogLevel, string>;

const processor = '/sys/devices/system/cpu/cpu0';

/**
 * Whether TensorFlow has to leave oneDNN out: oneDNN divides by the size of the caches, and some virtual machines hide them.
 * With TensorFlow 2.21, a 1×1 convolution from 256 to 1024 channels then ends the process (SIGFPE). The environment variable
 * TF_ENABLE_ONEDNN_OPTS, if it is set, decides.
 */
export function avoidsOneDnn(folder = processor): boolean {
  if (process.env.TF_ENABLE_ONEDNN_OPTS !== undefined) return process.env.TF_ENABLE_ONEDNN_OPTS === '0';
  return (
    process.platform === 'linux' &&
    process.arch === 'x64' &&
    existsSync(folder) &&
    !existsSync(`${folder}/cache`)
  );
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
