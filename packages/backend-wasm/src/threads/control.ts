/** Indices into the integers that coordinate a team's threads; those in frequent use have a cache line each. */
export const control = {
  /** Odd while a job is open, even between jobs. */
  state: 0,
  /** The first item that no thread has taken. */
  next: 16,
  /** Number of workers inside a job. */
  active: 32,
  /** 1 once a worker has failed. */
  failed: 48,
  /** The job: its kernel, number of arguments, number of items, items taken at a time, scratch. */
  kernel: 64,
  argumentCount: 65,
  count: 66,
  grain: 67,
  scratch: 68,
  scratchEach: 69,
  /** 1 when the workers should end. */
  quit: 70,
  integers: 80,
  maxArguments: 32,
  /** How long a thread spins before it sleeps: jobs follow each other quickly. */
  spinMilliseconds: 0.2,
} as const;

export const controlBytes = 4 * control.integers + 8 * control.maxArguments;
