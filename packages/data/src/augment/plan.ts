import type { RandomGenerator } from '@resnetjs/core/network';
import type { Augmentation, Color } from '@resnetjs/recipe';
import { composed, rotation, scaling, shearing, translation } from './affine.js';
import { cosine, sine } from './elementary.js';
import type { Size } from './image.js';
import type { Operation } from './operation.js';
import { randAugment, trivialAugment } from './policies.js';
import { between, either, happens, randomBox } from './random.js';

/** What an augmentation does to one image: all of its randomness is taken here. */
export function planAugmentation(
  augmentation: Augmentation,
  size: Size,
  random: RandomGenerator,
): readonly Operation[] {
  switch (augmentation.kind) {
    case 'crop': {
      const box = randomBox(random, size, augmentation.area, augmentation.ratio);
      const centre = translation(
        box.left + (box.width - size.width) / 2,
        box.top + (box.height - size.height) / 2,
      );
      const map = composed([centre, scaling(box.width / size.width, box.height / size.height)]);
      return [{ op: 'map', map }];
    }
    case 'translate': {
      const { share } = augmentation;
      const x = Math.round(either(random, share * size.width));
      const y = Math.round(either(random, share * size.height));
      return [{ op: 'map', map: translation(x, y) }];
    }
    case 'flip': {
      if (!happens(random, augmentation.probability)) return [];
      return [{ op: 'map', map: augmentation.axis === 'horizontal' ? scaling(-1, 1) : scaling(1, -1) }];
    }
    case 'rotate':
      return [{ op: 'map', map: rotation(either(random, augmentation.degrees)) }];
    case 'shear': {
      const { degrees } = augmentation;
      const across = tangent(either(random, degrees));
      const map = composed([shearing(across, 0), shearing(0, tangent(either(random, degrees)))]);
      return [{ op: 'map', map }];
    }
    case 'color':
      return planColor(augmentation, random);
    case 'gray':
      return happens(random, augmentation.probability) ? [{ op: 'gray' }] : [];
    case 'blur':
      if (!happens(random, augmentation.probability)) return [];
      return [{ op: 'blur', sigma: between(random, augmentation.sigma) }];
    case 'erase': {
      if (!happens(random, augmentation.probability)) return [];
      return [{ op: 'erase', box: randomBox(random, size, augmentation.area, augmentation.ratio) }];
    }
    case 'randAugment':
      return randAugment(augmentation, size, random);
    case 'trivialAugment':
      return trivialAugment(size, random);
  }
}

const tangent = (degrees: number) => sine(degrees) / cosine(degrees);

/** The four changes, each where it has a strength, in random order. */
function planColor(color: Color, random: RandomGenerator): readonly Operation[] {
  const { brightness, contrast, saturation, hue } = color;
  const factor = (strength: number) => between(random, [Math.max(0, 1 - strength), 1 + strength]);
  const changes: readonly (() => Operation | null)[] = [
    () => (brightness > 0 ? { op: 'brightness', factor: factor(brightness) } : null),
    () => (contrast > 0 ? { op: 'contrast', factor: factor(contrast) } : null),
    () => (saturation > 0 ? { op: 'saturation', factor: factor(saturation) } : null),
    () => (hue > 0 ? { op: 'hue', turns: either(random, hue) } : null),
  ];
  const order = random.permutation(changes.length);
  return Array.from(order, (i) => changes[i]?.()).filter((operation) => operation != null);
}
