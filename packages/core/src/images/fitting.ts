/** How images are resized: see `resize`. */
export const interpolations = ['bilinear', 'nearest', 'bicubic'] as const;

/** One of `interpolations`. */
export type Interpolation = (typeof interpolations)[number];

/** How an image with another aspect ratio is fitted: 'fill' stretches it, 'crop' scales it and cuts out the center. */
export const fitModes = ['fill', 'crop'] as const;

/** How an image with another aspect ratio is fitted: one of `fitModes`. */
export type FitMode = (typeof fitModes)[number];

/** How an image of any size is resized to the network's input. */
export interface Fitting {
  readonly interpolation: Interpolation;
  readonly fit: FitMode;
}

/** Bilinear and stretched: the default, also for model files that don't say. */
export const defaultFitting: Fitting = { interpolation: 'bilinear', fit: 'fill' };
