import type { RandomGenerator } from '@resnetjs/core/network';
import {
  type Canvas,
  type Colour,
  glow,
  type Light,
  type Limb,
  paintFlat,
  paintLimb,
  paintShadow,
} from './canvas.js';
import { between, direction, type Hand, type Joint, type Part, poseHand } from './hand.js';

/** Skin in good light, from palest to darkest. */
const SKINS: readonly Colour[] = [
  [0.98, 0.86, 0.79],
  [0.94, 0.76, 0.65],
  [0.84, 0.63, 0.49],
  [0.69, 0.48, 0.35],
  [0.5, 0.33, 0.23],
  [0.34, 0.22, 0.16],
];

/** The least difference in brightness between the hand and what is behind it. */
const CONTRAST = 0.3;

/** Draws a hand that shows `count` fingers, with a random pose, background and light. `scratch` holds [size, size]. */
export function drawScene(
  canvas: Canvas,
  count: number,
  random: RandomGenerator,
  scratch: Float32Array,
): void {
  const hand = poseHand(count, random);
  const place = placement(hand, canvas.size, random);
  const skin = skinColour(random, hand.palmSide);
  const light = lamp(random);
  canvas.hand.fill(0);
  drawBackground(canvas, skin, light, random);
  const body: Limb = {
    cones: hand.body.flatMap(([a, b]) => [...place(a), ...place(b)]),
    blend: place([0, 0, 0.12])[2],
  };
  const limbs = hand.fingers.map((part) => chain(part, place));
  castShadow(canvas, [body, ...limbs], light, random, scratch);
  drawHand(canvas, hand, body, limbs, { skin, light, place, random });
}

type Place = (joint: Joint) => [x: number, y: number, radius: number];

/** How joints are placed in the image: perhaps mirrored, seen a little from the side, turned, and all but the arm inside. */
function placement(hand: Hand, size: number, random: RandomGenerator): Place {
  const mirror = random.uniform() < 0.5 ? -1 : 1;
  const [tiltX, tiltY] = [between(random, -0.09, 0.09), between(random, -0.07, 0.09)];
  const shear = between(random, -0.12, 0.12);
  const squeeze = between(random, 0.88, 1.06);
  const [sine, cosine] = direction(between(random, -0.75, 0.75));
  const turn: Place = ([x, y, radius]) => {
    const depth = 1 / (1 + tiltX * x + tiltY * y);
    const u = mirror * x * depth * squeeze + shear * y * depth;
    const v = y * depth;
    return [u * cosine + v * sine, u * sine - v * cosine, radius * depth];
  };
  const parts = hand.body
    .slice(1)
    .flat()
    .concat(hand.fingers.flatMap((part) => part.joints))
    .map(turn);
  const left = Math.min(...parts.map(([x, , r]) => x - r));
  const right = Math.max(...parts.map(([x, , r]) => x + r));
  const top = Math.min(...parts.map(([, y, r]) => y - r));
  const bottom = Math.max(...parts.map(([, y, r]) => y + r));
  const room = size * 0.96;
  const wanted = (size / 2.5) * between(random, 0.92, 1.1);
  const scale = Math.min(wanted, room / (right - left), room / (bottom - top));
  const slackX = (size - scale * (right - left)) * (0.5 + (random.uniform() - 0.5) * 0.98);
  const slackY = (size - scale * (bottom - top)) * (0.5 + (random.uniform() - 0.5) * 0.98);
  return (joint) => {
    const [x, y, radius] = turn(joint);
    return [(x - left) * scale + slackX, (y - top) * scale + slackY, radius * scale];
  };
}

function chain(part: Part, place: Place): Limb {
  const placed = part.joints.map(place);
  const cones: number[] = [];
  for (let i = 1; i < placed.length; i++) {
    cones.push(...(placed[i - 1] as [number, number, number]), ...(placed[i] as [number, number, number]));
  }
  return { cones, blend: 0 };
}

function skinColour(random: RandomGenerator, palmSide: boolean): Colour {
  const at = random.uniform() * (SKINS.length - 1);
  const [a, b] = [SKINS[Math.floor(at)] as Colour, SKINS[Math.floor(at) + 1] as Colour];
  const paler = palmSide ? 0.12 : 0;
  const warmth = between(random, -0.01, 0.04);
  return [0, 1, 2].map((c) => {
    const plain = (a[c] as number) + ((b[c] as number) - (a[c] as number)) * (at % 1);
    return plain + (((SKINS[1] as Colour)[c] as number) - plain) * paler + warmth * (1 - c);
  }) as unknown as Colour;
}

function lamp(random: RandomGenerator): Light {
  const [side, above] = direction(between(random, -1.4, 1.4));
  const height = between(random, 0.45, 0.9);
  const flat = Math.sqrt(1 - height * height);
  return {
    direction: [side * flat, -above * flat, height],
    ambient: between(random, 0.35, 0.55),
    slope: [between(random, -0.2, 0.2), between(random, -0.2, 0.2)],
  };
}

const brightness = ([red, green, blue]: Colour) => 0.3 * red + 0.59 * green + 0.11 * blue;

/** A colour whose brightness is at least CONTRAST away from `from`. */
function contrasting(random: RandomGenerator, from: number): Colour {
  const [low, high] = [Math.max(0, from - CONTRAST - 0.04), Math.min(1, 1 - from - CONTRAST)];
  const below = Math.max(0, low - 0.04);
  const sample = random.uniform() * (below + Math.max(0, high));
  const level = sample < below ? 0.04 + sample : from + CONTRAST + sample - below;
  const tint = [0, 1, 2].map(() => between(random, -1, 1)) as unknown as Colour;
  const grey = brightness(tint);
  const strength = between(random, 0, 0.22);
  return tint.map((t) => Math.min(1, Math.max(0, level + (t - grey) * strength))) as unknown as Colour;
}

function drawBackground(canvas: Canvas, skin: Colour, light: Light, random: RandomGenerator): void {
  const { size, rgb } = canvas;
  const hand = brightness(skin) * 0.85;
  const near = contrasting(random, hand);
  const other = contrasting(random, hand);
  const far = random.uniform() < 0.5 && brightness(near) > hand === brightness(other) > hand ? other : near;
  const [fadeX, fadeY] = [between(random, -1, 1), between(random, -1, 1)];
  const grain = random.uniform() < 0.3 ? between(random, 0.02, 0.06) : 0;
  const texture = grain > 0 ? lattice(random, 3 + random.integer(9), size) : null;
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      const mix = Math.min(1, Math.max(0, 0.5 + fadeX * (x / size - 0.5) + fadeY * (y / size - 0.5)));
      const level = glow(light, x, y, size) + (texture ? texture(x, y) * grain : 0);
      for (let c = 0; c < 3; c++) {
        rgb[at * 3 + c] = ((near[c] as number) + ((far[c] as number) - (near[c] as number)) * mix) * level;
      }
    }
  }
  scatter(canvas, hand, random);
}

/** Blotches and strokes: clutter behind the hand. */
function scatter(canvas: Canvas, hand: number, random: RandomGenerator): void {
  const { size } = canvas;
  const anywhere = () => between(random, -0.1, 1.1) * size;
  const blotches = random.uniform() < 0.12 ? random.integer(5) : 0;
  for (let i = 0; i < blotches; i++) {
    const [x, y, radius] = [anywhere(), anywhere(), between(random, 0.05, 0.25) * size];
    const limb = { cones: [x, y, radius, x + 1, y, radius], blend: 0 };
    paintFlat(canvas, limb, {
      colour: contrasting(random, hand),
      opacity: between(random, 0.15, 0.6),
      softness: radius * between(random, 0.3, 1.5),
    });
  }
  const strokes = random.uniform() < 0.06 ? random.integer(4) : 0;
  for (let i = 0; i < strokes; i++) {
    const radius = between(random, 0.008, 0.05) * size;
    const limb = { cones: [anywhere(), anywhere(), radius, anywhere(), anywhere(), radius], blend: 0 };
    paintFlat(canvas, limb, { colour: contrasting(random, hand), opacity: between(random, 0.3, 0.9) });
  }
}

/** Smooth noise in −1 … 1 on a grid of `cells` cells per side. */
function lattice(random: RandomGenerator, cells: number, size: number): (x: number, y: number) => number {
  const across = cells + 1;
  const values = Float32Array.from({ length: across * across }, () => between(random, -1, 1));
  const step = cells / size;
  return (x, y) => {
    const [column, row] = [Math.floor(x * step), Math.floor(y * step)];
    const [u, v] = [x * step - column, y * step - row];
    const at = row * across + column;
    const top = (values[at] as number) * (1 - u) + (values[at + 1] as number) * u;
    const low = (values[at + across] as number) * (1 - u) + (values[at + across + 1] as number) * u;
    return top * (1 - v) + low * v;
  };
}

/** The hand's shadow on the background, away from the light. */
function castShadow(
  canvas: Canvas,
  limbs: readonly Limb[],
  light: Light,
  random: RandomGenerator,
  scratch: Float32Array,
) {
  const strength = random.uniform() < 0.65 ? between(random, 0.1, 0.4) : 0;
  const distance = between(random, 0.03, 0.12) * canvas.size;
  const softness = between(random, 0.06, 0.25) * canvas.size;
  if (strength === 0) return;
  const [x, y] = [-light.direction[0] * distance, -light.direction[1] * distance];
  const shifted = limbs.map(({ cones, blend }) => ({
    cones: cones.map((value, i) => (i % 3 === 0 ? value + x : i % 3 === 1 ? value + y : value)),
    blend,
  }));
  paintShadow(canvas, shifted, { strength, softness, mask: scratch });
}

interface Look {
  readonly skin: Colour;
  readonly light: Light;
  readonly place: Place;
  readonly random: RandomGenerator;
}

function drawHand(canvas: Canvas, hand: Hand, body: Limb, limbs: readonly Limb[], look: Look): void {
  const { skin, light, place, random } = look;
  const lit = skin.map((c) => Math.min(1, c * 1.12)) as unknown as Colour;
  const dark: Colour = [skin[0] * 0.4, skin[1] * 0.27, skin[2] * 0.23];
  const round = { lit, dark, roundness: 0.95 };
  const flat = { lit, dark, roundness: 0.6 };
  const order = [4, 3, 2, 1];
  const part = (i: number) => hand.fingers[i] as Part;
  const draw = (i: number, contact: number) => {
    if (part(i).joints.length === 0) return;
    paintLimb(canvas, limbs[i] as Limb, round, light, contact);
    markJoints(canvas, part(i), { palmSide: hand.palmSide, place, dark, lit });
  };
  for (const i of order) if (part(i).extended) draw(i, 0.6);
  if (part(0).extended) draw(0, 0.5);
  paintLimb(canvas, body, flat, light, 0.15);
  for (const crease of hand.creases) {
    paintFlat(canvas, chain(crease, place), { colour: dark, opacity: 0.3, softness: 1.2, onHand: true });
  }
  for (const i of order) if (!part(i).extended) draw(i, hand.palmSide ? 0.65 : 0.5);
  if (!part(0).extended) draw(0, 0.6);
  if (random.uniform() < 0.35) {
    const cloth = contrasting(random, brightness(skin) * 0.85);
    const shade: Colour = [cloth[0] * 0.3, cloth[1] * 0.3, cloth[2] * 0.3];
    paintLimb(canvas, chain(hand.sleeve, place), { lit: cloth, dark: shade, roundness: 0.9 }, light, 0.4);
  }
}

/** The lines where a finger bends and, on the back of a hand, the nail of an extended one. */
function markJoints(
  canvas: Canvas,
  part: Part,
  look: { readonly palmSide: boolean; readonly place: Place; readonly dark: Colour; readonly lit: Colour },
): void {
  const { palmSide, place, dark, lit } = look;
  const placed = part.joints.map(place);
  for (let i = 1; i < placed.length; i++) {
    const [x0, y0] = placed[i - 1] as [number, number, number];
    const [x1, y1, radius] = placed[i] as [number, number, number];
    const length = Math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) + 1e-6;
    const [alongX, alongY] = [(x1 - x0) / length, (y1 - y0) / length];
    if (i < placed.length - 1) {
      const [acrossX, acrossY] = [-alongY * radius * 0.7, alongX * radius * 0.7];
      const cones = [x1 - acrossX, y1 - acrossY, radius * 0.06, x1 + acrossX, y1 + acrossY, radius * 0.06];
      paintFlat(canvas, { cones, blend: 0 }, { colour: dark, opacity: 0.28, onHand: true });
    } else if (part.extended && !palmSide) {
      const nail = radius * 0.55;
      const [x, y] = [x1 + alongX * radius * 0.25, y1 + alongY * radius * 0.25];
      const cones = [
        x - alongX * nail * 0.5,
        y - alongY * nail * 0.5,
        nail,
        x + alongX * nail * 0.5,
        y + alongY * nail * 0.5,
        nail,
      ];
      const pale = lit.map((c) => c * 0.6 + 0.37) as unknown as Colour;
      paintFlat(canvas, { cones, blend: 0 }, { colour: pale, opacity: 0.55, onHand: true });
    }
  }
}
