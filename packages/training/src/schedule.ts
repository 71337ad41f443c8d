/** How the learning rate goes over a whole training, as a share of the optimizer's own; `progress` is from 0 to 1. */
export const schedules = {
  constant: () => 1,
  /** Half a cosine, from all to none (Loshchilov and Hutter 2017, without restarts). */
  cosine: (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2,
} as const satisfies Record<string, (progress: number) => number>;

export type Schedule = keyof typeof schedules;
