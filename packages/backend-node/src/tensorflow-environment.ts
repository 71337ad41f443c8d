/** What TensorFlow says on stderr: what it calls errors, warnings besides, or everything. */
export type Logging = 'error' | 'warning' | 'info';

interface EnvironmentOptions {
  /** undefined: as the variable says where it is set, else TensorFlow decides. */
  readonly threads: number | undefined;
  /** undefined: as the variable says where it is set, else `error`. */
  readonly logging: Logging | undefined;
}

const leastLevel = { info: '0', warning: '1', error: '2' } as const satisfies Record<Logging, string>;

/**
 * Runs `start` with the variables set that TensorFlow reads while it starts, and puts back what was
 * there, so that processes which this one starts later don't inherit them.
 */
export async function withTensorflowEnvironment<Result>(
  { threads, logging }: EnvironmentOptions,
  start: () => Promise<Result>,
): Promise<Result> {
  const wanted: Record<string, string | undefined> = {
    TF_CPP_MIN_LOG_LEVEL:
      logging === undefined ? (process.env.TF_CPP_MIN_LOG_LEVEL ?? '2') : leastLevel[logging],
    TF_NUM_INTRAOP_THREADS: threads?.toString(),
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
