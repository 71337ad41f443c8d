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
  /**
   * The input's sides as a share of those that the image is resized to, rounded down, before the center is cut out: timm's
   * `crop_pct`. 224 pixels are 0.875 of 256. From 0.1 to 1. Default: 1.
   */
  readonly cropShare?: number;
}

/** The range of `cropShare`. */
export const cropShareRange = [0.1, 1] as const;

/** Bilinear and stretched: the default, also for model files that don't say. */
export const defaultFitting: Fitting = { interpolation: 'bilinear', fit: 'fill' };
