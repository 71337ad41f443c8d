import { cosine, sine } from './elementary.js';

/**
 * Where each pixel of a result comes from: (x, y) from (xx · x + xy · y + x0, yx · x + yy · y + y0), in pixels from the
 * image's centre, y downwards.
 */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

const identity: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

export const translation = (x0: number, y0: number): Affine => ({ ...identity, x0, y0 });
export const scaling = (xx: number, yy: number): Affine => ({ ...identity, xx, yy });
/** A shear leaves the line through the centre where it is. */
export const shearing = (xy: number, yx: number): Affine => ({ ...identity, xy, yx });

export function rotation(degrees: number): Affine {
  const [cos, sin] = [cosine(degrees), sine(degrees)];
  return { xx: cos, xy: -sin, x0: 0, yx: sin, yy: cos, y0: 0 };
}

/** One map for several changes of an image, the first of which is made first. */
export function composed(maps: readonly Affine[]): Affine {
  return maps.reduce(
    (before, map) => ({
      xx: before.xx * map.xx + before.xy * map.yx,
      xy: before.xx * map.xy + before.xy * map.yy,
      x0: before.xx * map.x0 + before.xy * map.y0 + before.x0,
      yx: before.yx * map.xx + before.yy * map.yx,
      yy: before.yx * map.xy + before.yy * map.yy,
      y0: before.yx * map.x0 + before.yy * map.y0 + before.y0,
    }),
    identity,
  );
}
