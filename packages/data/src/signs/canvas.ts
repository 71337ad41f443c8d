/** An image being drawn: RGB in 0 … 1, and where the hand covers it. */
export interface Canvas {
  readonly size: number;
  /** [size, size, 3] */
  readonly rgb: Float32Array;
  /** [size, size], 0 … 1 */
  readonly hand: Float32Array;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** A union of round cones, (x0, y0, r0, x1, y1, r1) each, in pixels. */
export interface Limb {
  readonly cones: readonly number[];
  /** Over what distance, in pixels, the cones blend into each other. */
  readonly blend: number;
}

/** Light from a direction (unit vector; x right, y down, z to the viewer), and its gradient over the image. */
export interface Light {
  readonly direction: Colour;
  readonly ambient: number;
  readonly slope: readonly [x: number, y: number];
}

/** How a limb's surface reflects light. */
interface Surface {
  readonly lit: Colour;
  readonly dark: Colour;
  /** 1 is a cylinder, less is flatter. */
  readonly roundness: number;
}

/** Signed distance to a limb in pixels, and the tilt of its surface there (0 on the axis, 1 on the rim). */
interface Hit {
  distance: number;
  leanX: number;
  leanY: number;
}

const hit: Hit = { distance: 0, leanX: 0, leanY: 0 };

export function createCanvas(size: number): Canvas {
  return { size, rgb: new Float32Array(size * size * 3), hand: new Float32Array(size * size) };
}

/** Paints a lit limb, and its contact shadow on the hand around it. */
export function paintLimb(canvas: Canvas, limb: Limb, surface: Surface, light: Light, contact: number): void {
  const { rgb, hand, size } = canvas;
  const { lit, dark, roundness } = surface;
  const [lightX, lightY, lightZ] = light.direction;
  const reach = Math.max(0.75, size * 0.03);
  visit(limb, size, 0.5 + reach, (at, x, y) => {
    const distance = measure(limb, x, y);
    if (distance >= 0.5 + reach) return;
    const pixel = at * 3;
    if (distance > -0.5) {
      const shade = (1 - Math.max(0, distance) / (0.5 + reach)) * contact * (hand[at] as number);
      for (let c = 0; c < 3; c++) rgb[pixel + c] = (rgb[pixel + c] as number) * (1 - shade);
    }
    if (distance >= 0.5) return;
    const cover = Math.min(1, 0.5 - distance);
    const nx = hit.leanX * roundness;
    const ny = hit.leanY * roundness;
    const nz = Math.sqrt(Math.max(0.05, 1 - nx * nx - ny * ny));
    const facing = Math.max(0, nx * lightX + ny * lightY + nz * lightZ);
    const tone = (light.ambient + (1 - light.ambient) * facing) * glow(light, x, y, size);
    for (let c = 0; c < 3; c++) {
      const colour = (dark[c] as number) + ((lit[c] as number) - (dark[c] as number)) * tone;
      rgb[pixel + c] = (rgb[pixel + c] as number) * (1 - cover) + colour * cover;
    }
    hand[at] = Math.max(hand[at] as number, cover);
  });
}

interface Flat {
  readonly colour: Colour;
  readonly opacity: number;
  /** The width of the edge in pixels. Default: 1. */
  readonly softness?: number;
  /** Whether to paint on the hand only. Default: false. */
  readonly onHand?: boolean;
}

/** Paints a limb's area in a flat colour. */
export function paintFlat(canvas: Canvas, limb: Limb, flat: Flat): void {
  const { rgb, hand, size } = canvas;
  const { colour, opacity, softness = 1, onHand = false } = flat;
  visit(limb, size, softness / 2, (at, x, y) => {
    const distance = measure(limb, x, y);
    if (distance >= softness / 2) return;
    let cover = Math.min(1, 0.5 - distance / softness) * opacity;
    if (onHand) cover *= hand[at] as number;
    for (let c = 0; c < 3; c++) {
      const under = rgb[at * 3 + c] as number;
      rgb[at * 3 + c] = under + ((colour[c] as number) - under) * cover;
    }
  });
}

interface Shadow {
  readonly strength: number;
  /** The width of its edge in pixels. */
  readonly softness: number;
  /** Scratch of [size, size]. */
  readonly mask: Float32Array;
}

/** Darkens what is under the limbs, as their shadow. */
export function paintShadow(
  canvas: Canvas,
  limbs: readonly Limb[],
  { strength, softness, mask }: Shadow,
): void {
  const { rgb, size } = canvas;
  mask.fill(0);
  for (const limb of limbs) {
    visit(limb, size, softness / 2, (at, x, y) => {
      const distance = measure(limb, x, y);
      if (distance >= softness / 2) return;
      const cover = Math.min(1, 0.5 - distance / softness);
      mask[at] = Math.max(mask[at] as number, cover * cover * (3 - 2 * cover));
    });
  }
  for (let at = 0; at < size * size; at++) {
    const keep = 1 - strength * (mask[at] as number);
    for (let c = 0; c < 3; c++) rgb[at * 3 + c] = (rgb[at * 3 + c] as number) * keep;
  }
}

/** The light's factor at a pixel: 1 in the middle of the image. */
export function glow(light: Light, x: number, y: number, size: number): number {
  return 1 + light.slope[0] * (x / size - 0.5) + light.slope[1] * (y / size - 0.5);
}

/** Calls `each` with the index and centre of every pixel in the limb's bounding box, `margin` pixels wider on each side. */
function visit(
  limb: Limb,
  size: number,
  margin: number,
  each: (at: number, x: number, y: number) => void,
): void {
  const { cones } = limb;
  let left = size;
  let top = size;
  let right = 0;
  let bottom = 0;
  for (let i = 0; i < cones.length; i += 3) {
    const reach = (cones[i + 2] as number) + margin;
    left = Math.min(left, (cones[i] as number) - reach);
    right = Math.max(right, (cones[i] as number) + reach);
    top = Math.min(top, (cones[i + 1] as number) - reach);
    bottom = Math.max(bottom, (cones[i + 1] as number) + reach);
  }
  left = Math.max(0, Math.floor(left));
  right = Math.min(size, Math.ceil(right));
  top = Math.max(0, Math.floor(top));
  bottom = Math.min(size, Math.ceil(bottom));
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) each(row * size + column, column + 0.5, row + 0.5);
  }
}

/** The signed distance from (x, y) to the limb; writes the tilt to `hit`. */
function measure(limb: Limb, x: number, y: number): number {
  const { cones, blend } = limb;
  let best = Number.POSITIVE_INFINITY;
  let leanX = 0;
  let leanY = 0;
  for (let i = 0; i < cones.length; i += 6) {
    const x0 = cones[i] as number;
    const y0 = cones[i + 1] as number;
    const r0 = cones[i + 2] as number;
    const dx = (cones[i + 3] as number) - x0;
    const dy = (cones[i + 4] as number) - y0;
    const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9)));
    const offX = x - x0 - along * dx;
    const offY = y - y0 - along * dy;
    const radius = r0 + along * ((cones[i + 5] as number) - r0);
    const distance = Math.sqrt(offX * offX + offY * offY) - radius;
    if (distance - blend >= best) continue;
    if (distance + blend <= best) {
      best = distance;
      leanX = offX / radius;
      leanY = offY / radius;
      continue;
    }
    const share = 0.5 + (0.5 * (best - distance)) / blend;
    best += (distance - best) * share - blend * share * (1 - share);
    leanX += (offX / radius - leanX) * share;
    leanY += (offY / radius - leanY) * share;
  }
  hit.distance = best;
  hit.leanX = leanX;
  hit.leanY = leanY;
  return best;
}
