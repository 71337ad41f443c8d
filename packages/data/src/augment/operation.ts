import type { Affine } from './affine.js';
import { erase } from './erase.js';
import { hue } from './hue.js';
import type { Box, Image } from './image.js';
import * as levels from './levels.js';
import { blur, sharpness } from './neighbourhood.js';

/** One change of one image, with nothing left to chance. */
export type Operation =
  | { readonly op: 'map'; readonly map: Affine }
  | { readonly op: 'brightness' | 'contrast' | 'saturation' | 'sharpness'; readonly factor: number }
  | { readonly op: 'hue'; readonly turns: number }
  | { readonly op: 'posterize'; readonly bits: number }
  | { readonly op: 'solarize'; readonly threshold: number }
  | { readonly op: 'blur'; readonly sigma: number }
  | { readonly op: 'erase'; readonly box: Box }
  | { readonly op: 'gray' | 'autoContrast' | 'equalize' };

/** An operation that changes levels in place. */
export type LevelOperation = Exclude<Operation, { op: 'map' }>;

type Changes = {
  [Op in LevelOperation['op']]: (image: Image, operation: LevelOperation & { op: Op }) => void;
};

const changes: Changes = {
  brightness: (image, { factor }) => levels.brightness(image, factor),
  contrast: (image, { factor }) => levels.contrast(image, factor),
  saturation: (image, { factor }) => levels.saturation(image, factor),
  sharpness: (image, { factor }) => sharpness(image, factor),
  hue: (image, { turns }) => hue(image, turns),
  posterize: (image, { bits }) => levels.posterize(image, bits),
  solarize: (image, { threshold }) => levels.solarize(image, threshold),
  blur: (image, { sigma }) => blur(image, sigma),
  erase: (image, { box }) => erase(image, box),
  gray: levels.gray,
  autoContrast: levels.autoContrast,
  equalize: levels.equalize,
};

/** Changes the levels of an image. */
export function applyLevels(image: Image, operation: LevelOperation): void {
  (changes[operation.op] as (image: Image, operation: LevelOperation) => void)(image, operation);
}
