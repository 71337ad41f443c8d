/** Where things stand in the few integers through which a team's threads agree; each busy one has a cache line. */
export const control = {
  /** Odd while a job is open, even between jobs. */
  state: 0,
  /** The first item that nobody has taken. */
  next: 16,
  /** Workers inside a job. */
  active: 32,
  /** 1 once a worker has failed. */
  failed: 48,
  /** The job: which kernel, how many arguments, items, items taken at once, scratch. */
  kernel: 64,
  argumentCount: 65,
  count: 66,
  grain: 67,
  scratch: 68,
  scratchEach: 69,
  /** 1 when workers shall end. */
  quit: 70,
  integers: 80,
  maxArguments: 32,
  /** How long a thread looks out for another before it sleeps: jobs follow each other quickly. */
  alertMilliseconds: 0.2,
} as const;

export const controlBytes = 4 * control.integers + 8 * control.maxArguments;
