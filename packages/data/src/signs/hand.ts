import type { RandomGenerator } from '@resnetjs/core/network';

/** A point of the skeleton with its thickness, in palm widths; x right, y up, the wrist at (0, −0.5). */
export type Joint = readonly [x: number, y: number, radius: number];

/** A part of the hand as a chain of joints. */
export interface Part {
  readonly joints: readonly Joint[];
  readonly extended: boolean;
}

/** A right hand, its thumb on the left, before it is placed in the image. */
export interface Hand {
  /** Whether the palm is seen, or the back. */
  readonly palmSide: boolean;
  /** Pairs of joints whose cones blend into the palm and the forearm. */
  readonly body: readonly (readonly [Joint, Joint])[];
  /** Thumb, index, middle, ring, little; a hidden thumb has no joints. */
  readonly fingers: readonly Part[];
  readonly creases: readonly Part[];
  readonly sleeve: Part;
}

/** For each number, which fingers (thumb, index, middle, ring, little) may show it, and how often. */
const SHOWN: readonly (readonly (readonly [fingers: string, share: number])[])[] = [
  [['-----', 1]],
  [
    ['-1---', 0.96],
    ['1----', 0.04],
  ],
  [
    ['-11--', 0.96],
    ['11---', 0.04],
  ],
  [
    ['111--', 0.95],
    ['-111-', 0.05],
  ],
  [['-1111', 1]],
  [['11111', 1]],
];

/** The four fingers: their base, how they fan out (radians), length and thickness; in palm widths. */
const FINGERS = [
  { x: -0.34, y: 0.4, fan: -0.2, length: 0.93, radius: 0.115 },
  { x: -0.115, y: 0.47, fan: -0.04, length: 1.03, radius: 0.118 },
  { x: 0.11, y: 0.44, fan: 0.11, length: 0.96, radius: 0.113 },
  { x: 0.325, y: 0.34, fan: 0.29, length: 0.76, radius: 0.098 },
] as const;

const PHALANGES = [0.44, 0.32, 0.24] as const;

/** A hand in a random pose that shows `count` fingers, 0 to 5. */
export function poseHand(count: number, random: RandomGenerator): Hand {
  const shown = choose(SHOWN[count] as (typeof SHOWN)[number], random.uniform());
  const palmSide = random.uniform() < 0.95;
  const spread = between(random, 0.95, 1.45);
  const plump = between(random, 0.9, 1.12);
  const reach = between(random, 0.92, 1.06);
  const extended = FINGERS.filter((_, i) => shown[i + 1] === '1').length;
  const fingers: Part[] = [
    shown[0] === '1' ? openThumb(random, plump) : closedThumb(random, plump, palmSide, extended),
  ];
  FINGERS.forEach((finger, i) => {
    const radius = finger.radius * plump;
    fingers.push(
      shown[i + 1] === '1'
        ? openFinger(finger, random, radius, spread, reach)
        : closedFinger(finger, random, radius, palmSide),
    );
  });
  const bend = between(random, -0.28, 0.28);
  const arm = direction(Math.PI - bend);
  const wrist: Joint = [0, -0.5, 0.27 * plump];
  const elbow: Joint = [wrist[0] + arm[0] * 3, wrist[1] + arm[1] * 3, 0.42 * plump];
  const cuff = between(random, 0.35, 1.1);
  return {
    palmSide,
    fingers,
    body: palmBody(plump, wrist, elbow),
    creases: palmSide ? palmLines(random) : [],
    sleeve: {
      joints: [
        [wrist[0] + arm[0] * cuff, wrist[1] + arm[1] * cuff, 0.36 * plump + 0.04 * cuff],
        [elbow[0], elbow[1], 0.54 * plump],
      ],
      extended: false,
    },
  };
}

/** A uniform sample from `low` to `high`. */
export function between(random: RandomGenerator, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** The unit vector at an angle (radians) from up, clockwise; only + − × ÷, so that every engine draws the same image. */
export function direction(angle: number): [x: number, y: number] {
  if (angle > Math.PI / 2) {
    const [x, y] = direction(Math.PI - angle);
    return [x, -y];
  }
  const half = angle / 2;
  const square = half * half;
  const tangent = half * (1 + square * (1 / 3 + square * (2 / 15 + (square * 17) / 315)));
  const scale = 1 / (1 + tangent * tangent);
  return [2 * tangent * scale, (1 - tangent * tangent) * scale];
}

/** Chooses by a uniform sample from 0 to 1. */
function choose(options: (typeof SHOWN)[number], sample: number): string {
  let left = sample;
  for (const [fingers, share] of options) {
    left -= share;
    if (left < 0) return fingers;
  }
  return (options[0] as (typeof options)[number])[0];
}

function palmBody(plump: number, wrist: Joint, elbow: Joint): Hand['body'] {
  const heel: Joint = [-0.12, -0.3, 0.24 * plump];
  const edge: Joint = [0.15, -0.26, 0.24 * plump];
  return [
    [wrist, elbow],
    [wrist, heel],
    [wrist, edge],
    [heel, [-0.3, 0.3, 0.155 * plump]],
    [heel, [-0.1, 0.36, 0.16 * plump]],
    [edge, [0.1, 0.33, 0.16 * plump]],
    [edge, [0.29, 0.24, 0.145 * plump]],
    [heel, [-0.33, -0.08, 0.165 * plump]],
  ];
}

function openFinger(
  finger: (typeof FINGERS)[number],
  random: RandomGenerator,
  radius: number,
  spread: number,
  reach: number,
): Part {
  let angle = finger.fan * spread + between(random, -0.05, 0.05);
  const curl = between(random, -0.07, 0.07);
  let [x, y]: [number, number] = [finger.x * 0.97, finger.y - 0.12];
  const joints: Joint[] = [[x, y, radius * 1.02]];
  PHALANGES.forEach((share, i) => {
    const length = finger.length * reach * share + (i === 0 ? 0.12 : 0);
    const [dx, dy] = direction(angle);
    x += dx * length;
    y += dy * length;
    joints.push([x, y, radius * (1 - 0.07 * (i + 1))]);
    angle += curl;
  });
  return { joints, extended: true };
}

function closedFinger(
  finger: (typeof FINGERS)[number],
  random: RandomGenerator,
  radius: number,
  palmSide: boolean,
): Part {
  const { x, y } = finger;
  const lift = between(random, -0.03, 0.04);
  const joints: Joint[] = palmSide
    ? [
        [x * 0.98, y + lift, radius * 1.05],
        [x * 0.9 - 0.02, y - 0.32 + lift, radius * 0.98],
      ]
    : [
        [x * 0.97, y - 0.16, radius * 1.02],
        [x * 0.97, y + lift * 0.6 - 0.01, radius * 1.08],
      ];
  return { joints, extended: false };
}

function openThumb(random: RandomGenerator, plump: number): Part {
  const angle = -between(random, 0.8, 1.25);
  const [dx, dy] = direction(angle);
  const [ex, ey] = direction(angle + between(random, -0.2, 0.25));
  const [x, y] = [-0.3, -0.2];
  return {
    joints: [
      [x, y, 0.165 * plump],
      [x + dx * 0.46, y + dy * 0.46, 0.128 * plump],
      [x + dx * 0.46 + ex * 0.4, y + dy * 0.46 + ey * 0.4, 0.105 * plump],
    ],
    extended: true,
  };
}

/** Across the palm, or over the bent fingers; hidden from the back. */
function closedThumb(random: RandomGenerator, plump: number, palmSide: boolean, extended: number): Part {
  if (!palmSide) return { joints: [], extended: false };
  const across = between(random, 0, 0.16);
  const height = extended === 4 ? between(random, 0, 0.12) : between(random, 0.02, 0.1);
  return {
    joints: [
      [-0.31, -0.16, 0.16 * plump],
      [-0.22, height, 0.125 * plump],
      [across, height + 0.05, 0.108 * plump],
    ],
    extended: false,
  };
}

function palmLines(random: RandomGenerator): Part[] {
  const shift = between(random, -0.04, 0.04);
  const line = (...points: [number, number][]): Part => ({
    joints: points.map(([x, y]) => [x, y + shift, 0.012] as const),
    extended: false,
  });
  return [
    line([0.4, 0.1], [0.15, 0.14], [-0.1, 0.27]),
    line([-0.4, 0.12], [-0.1, 0.08], [0.25, -0.12]),
    line([-0.4, 0.13], [-0.16, 0], [-0.08, -0.35]),
  ];
}
