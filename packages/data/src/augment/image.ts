/** An image that is augmented: `[height, width, channels]`, 1 channel (gray) or 3 (RGB), 0 to 255. */
export interface Image extends Size {
  readonly levels: Uint8Array;
  readonly channels: number;
}

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A part of an image, in pixels. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** The pixel in place of one beyond the edge of `size` pixels, as in a mirror on the edge's own pixel: b a b c. */
export function mirrored(position: number, size: number): number {
  if (position >= 0 && position < size) return position;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const offset = ((position % period) + period) % period;
  return offset < size ? offset : period - offset;
}
