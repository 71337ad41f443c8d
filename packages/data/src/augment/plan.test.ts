import { RandomGenerator } from '@resnetjs/core/network';
import { type Augmentation, augmentation } from '@resnetjs/recipe';
import { describe, expect, it } from 'vitest';
import type { Operation } from './operation.js';
import { planAugmentation } from './plan.js';

const size = { height: 64, width: 32 };

/** What an augmentation does to a thousand images. */
function plans(one: Augmentation, count = 1000): readonly (readonly Operation[])[] {
  const random = RandomGenerator.stateless(0);
  return Array.from({ length: count }, () => planAugmentation(one, size, random));
}

const flat = (one: Augmentation) => plans(one).flat();
const maps = (one: Augmentation) => flat(one).flatMap((it) => (it.op === 'map' ? [it.map] : []));
const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;

/** Whether values come near both ends of a range, and nowhere beyond. */
function expectRange(values: readonly number[], least: number, most: number): void {
  const [low, high] = range(values);
  const near = (most - least) * 0.02;
  expect([low >= least - 1e-9, low < least + near, high > most - near, high <= most + 1e-9]).toEqual([
    true,
    true,
    true,
    true,
  ]);
}

describe('geometry', () => {
  it('crops parts of the areas and ratios, within the image', () => {
    const crops = maps(augmentation('crop', { area: [0.25, 0.64], ratio: [0.5, 2] }));
    for (const { xx, yy, x0, y0 } of crops) {
      expect(Math.abs(x0) + (xx * 32) / 2).toBeLessThanOrEqual(16 + 1e-9);
      expect(Math.abs(y0) + (yy * 64) / 2).toBeLessThanOrEqual(32 + 1e-9);
    }
    const [small, large] = range(crops.map(({ xx, yy }) => xx * yy));
    expect(small).toBeGreaterThan(0.23); // whole pixels
    expect(large).toBeLessThan(0.67);
    const [high, wide] = range(crops.map(({ xx, yy }) => xx / yy));
    expect(high).toBeGreaterThan(0.46);
    expect(high).toBeLessThan(0.56);
    expect(wide).toBeLessThan(2.2);
    expect(wide).toBeGreaterThan(1.8);
  });

  it('a crop that fits nowhere is cut to the image', () => {
    for (const { xx, yy } of maps(augmentation('crop', { area: [0.9, 1], ratio: [4, 4] }))) {
      expect(xx).toBe(1);
      expect(yy).toBeCloseTo(0.5, 1);
    }
  });

  it('translates by whole pixels, up to the share of each side', () => {
    const moved = maps(augmentation('translate', { share: 0.25 }));
    expect(moved.every(({ x0, y0 }) => Number.isInteger(x0) && Number.isInteger(y0))).toBe(true);
    expect(range(moved.map(({ x0 }) => x0))).toEqual([-8, 8]);
    expect(range(moved.map(({ y0 }) => y0))).toEqual([-16, 16]);
  });

  it('flips as often as it should, along the axis', () => {
    const across = maps(augmentation('flip', { probability: 0.3 }));
    expect(Math.abs(across.length - 300)).toBeLessThan(4 * Math.sqrt(210));
    expect(across[0]).toMatchObject({ xx: -1, yy: 1 });
    expect(maps(augmentation('flip', { axis: 'vertical' }))[0]).toMatchObject({ xx: 1, yy: -1 });
    expect(flat(augmentation('flip', { probability: 0 }))).toEqual([]);
  });

  it('rotates and shears up to the degrees, either way', () => {
    const turned = maps(augmentation('rotate', { degrees: 20 }));
    expectRange(
      turned.map(({ yx, yy }) => (Math.atan2(yx, yy) * 180) / Math.PI),
      -20,
      20,
    );
    for (const { xx, xy, yx, yy } of turned) expect(xx * yy - xy * yx).toBeCloseTo(1, 12);
    const slanted = maps(augmentation('shear', { degrees: 20 }));
    expectRange(
      slanted.map(({ xy }) => (Math.atan(xy) * 180) / Math.PI),
      -20,
      20,
    );
    expectRange(
      slanted.map(({ yx }) => (Math.atan(yx) * 180) / Math.PI),
      -20,
      20,
    );
  });
});

describe('levels', () => {
  it('changes colours in any order, within the ranges', () => {
    const color = augmentation('color', { brightness: 0.2, contrast: 0.3, saturation: 1.5, hue: 0.1 });
    const orders = new Set(plans(color).map((operations) => operations.map(({ op }) => op).join()));
    expect(orders.size).toBe(24);
    const factors = (wanted: Operation['op']) =>
      flat(color).flatMap((it) => (it.op === wanted && 'factor' in it ? [it.factor] : []));
    expectRange(factors('brightness'), 0.8, 1.2);
    expectRange(factors('contrast'), 0.7, 1.3);
    expectRange(factors('saturation'), 0, 2.5);
    expectRange(
      flat(color).flatMap((it) => (it.op === 'hue' ? [it.turns] : [])),
      -0.1,
      0.1,
    );
  });

  it('leaves out what has no strength', () => {
    const color = augmentation('color', { brightness: 0, contrast: 0.3, saturation: 0, hue: 0 });
    expect(new Set(flat(color).map(({ op }) => op))).toEqual(new Set(['contrast']));
  });

  it('blurs and erases as often and as much as it should', () => {
    const blurs = flat(augmentation('blur', { sigma: [0.5, 2], probability: 0.5 }));
    expect(Math.abs(blurs.length - 500)).toBeLessThan(4 * Math.sqrt(250));
    expectRange(
      blurs.flatMap((it) => (it.op === 'blur' ? [it.sigma] : [])),
      0.5,
      2,
    );
    const erased = flat(augmentation('erase', { area: [0.1, 0.2], ratio: [1, 1], probability: 1 }));
    const boxes = erased.flatMap((it) => (it.op === 'erase' ? [it.box] : []));
    expect(boxes.length).toBe(1000);
    const [small, large] = range(boxes.map(({ width, height }) => (width * height) / (64 * 32)));
    expect(small).toBeGreaterThan(0.09);
    expect(large).toBeLessThan(0.22);
    expect(boxes.every(({ left, width, top, height }) => left + width <= 32 && top + height <= 64)).toBe(
      true,
    );
    expect(flat(augmentation('gray', { probability: 1 }))).toHaveLength(1000);
  });
});

/** The operations of a policy, with the least and the most of each one's number. */
function space(one: Augmentation, count: number): Record<string, readonly number[]> {
  const seen: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    seen[name] = [...(seen[name] ?? []), value];
  };
  for (const operation of plans(one, count).flat()) {
    if (operation.op !== 'map') {
      const { op, ...rest } = operation;
      note(op, (Object.values(rest)[0] as number | undefined) ?? 0);
      continue;
    }
    const { xx, xy, yx, x0, y0 } = operation.map;
    if (xx !== 1 || (xy !== 0 && yx !== 0)) note('rotate', (Math.asin(yx) * 180) / Math.PI);
    else if (xy !== 0) note('shearX', xy);
    else if (yx !== 0) note('shearY', yx);
    else if (x0 !== 0) note('translateX', x0);
    else note('translateY', y0);
  }
  return Object.fromEntries(
    Object.entries(seen).map(([name, values]) => [
      name,
      range(values).map((value) => Math.round(value * 1e6) / 1e6),
    ]),
  );
}

// Numbers as in torchvision's `_augmentation_space`.
describe('policies', () => {
  it("RandAugment has torchvision's operations, of one magnitude", () => {
    expect(space(augmentation('randAugment', { operations: 1, magnitude: 30 }), 3000)).toEqual({
      shearX: [-0.3, 0.3],
      shearY: [-0.3, 0.3],
      translateX: [-14, 14], // 150/331 of 32, cut off
      translateY: [-29, 29],
      rotate: [-30, 30],
      brightness: [0.1, 1.9],
      saturation: [0.1, 1.9],
      contrast: [0.1, 1.9],
      sharpness: [0.1, 1.9],
      posterize: [4, 4],
      solarize: [0, 0],
      autoContrast: [0, 0],
      equalize: [0, 0],
    });
    expect(space(augmentation('randAugment', { operations: 1, magnitude: 9 }), 3000)).toMatchObject({
      rotate: [-9, 9],
      brightness: [0.73, 1.27],
      posterize: [7, 7],
      solarize: [178.5, 178.5],
    });
  });

  it('RandAugment makes as many as it should, each equally often, one of them nothing', () => {
    const all = plans(augmentation('randAugment', { operations: 3 }), 5000).flat().length;
    const expected = 15_000 * (13 / 14);
    expect(Math.abs(all - expected)).toBeLessThan(4 * Math.sqrt(expected / 14));
  });

  it("TrivialAugment has torchvision's operations, of any magnitude", () => {
    const found = space(augmentation('trivialAugment'), 30_000);
    expect(found).toMatchObject({
      shearX: [-0.99, 0.99],
      shearY: [-0.99, 0.99],
      translateX: [-32, 32],
      translateY: [-32, 32],
      brightness: [0.01, 1.99],
      saturation: [0.01, 1.99],
      contrast: [0.01, 1.99],
      sharpness: [0.01, 1.99],
      posterize: [2, 8],
      solarize: [0, 255],
    });
    expect(Object.keys(found)).toHaveLength(13);
  });
});
