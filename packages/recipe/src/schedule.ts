/**
 * Learning-rate schedules, by name: each gives the factor on the optimizer's learning rate at a point of the whole
 * training. `progress` is the share of all steps that are done, 0 to 1.
 *
 * @example
 * schedules.cosine(0.5); // 0.5
 */
export const schedules = {
  constant: () => 1,
  /** Cosine decay from 1 to 0 (Loshchilov and Hutter 2017, without restarts). */
  cosine: (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2,
} as const satisfies Record<string, (progress: number) => number>;

/** The name of a learning-rate schedule. */
export type Schedule = keyof typeof schedules;

/** The names of the schedules. */
export const scheduleNames = Object.keys(schedules) as [Schedule, ...Schedule[]];
