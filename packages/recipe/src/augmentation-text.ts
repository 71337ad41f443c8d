import { ResNetError } from '@resnetjs/core/network';
import {
  type Augmentation,
  type AugmentationKind,
  augmentation,
  augmentationDefaults,
  augmentationKinds,
  type Range,
  unknownKind,
} from './augmentation.js';

type Value = string | number | Range;
type Settings = Readonly<Record<string, Value>>;

/** A setting of a kind, and how it is read; undefined for a text that isn't its. */
interface Field {
  readonly name: string;
  read(text: string): Value | undefined;
}

const number = (text: string) =>
  text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
const plain = (name: string): Field => ({ name, read: number });
const word = (name: string): Field => ({
  name,
  read: (text) => (/^[a-z]+$/i.test(text) ? text : undefined),
});
/** A range is "0.5..1"; one number is a strength. */
const range = (name: string, ofStrength?: (strength: number) => Range): Field => ({
  name,
  read(text) {
    const [low, high, ...more] = text.split('..').map(number);
    if (low === undefined || more.length > 0) return undefined;
    if (text.includes('..')) return high === undefined ? undefined : [low, high];
    return ofStrength?.(low);
  },
});

/** What stands behind a kind's name, in this order. */
const fields: Record<AugmentationKind, readonly Field[]> = {
  crop: [range('area', (strength) => [round(1 - strength), 1]), range('ratio')],
  translate: [plain('share')],
  flip: [word('axis'), plain('probability')],
  rotate: [plain('degrees')],
  shear: [plain('degrees')],
  color: ['brightness', 'contrast', 'saturation', 'hue'].map(plain),
  gray: [plain('probability')],
  blur: [range('sigma', (strength) => [Math.min(0.1, strength), strength]), plain('probability')],
  erase: [
    range('area', (strength) => [Math.min(0.02, strength), strength]),
    range('ratio'),
    plain('probability'),
  ],
  randAugment: [plain('magnitude'), plain('operations')],
  trivialAugment: [],
};

/** A share that 1 − x gives, without the last digits that float64 adds to it. */
const round = (share: number) => Math.round(share * 1e12) / 1e12;

/**
 * Augmentations by name, separated by commas, each with a strength or its settings: `flip,translate=0.1,color=0.2:0.2:0.2:0`.
 *
 * Settings are separated by colons, ranges are two numbers with two dots between them, and what isn't given is the default:
 *
 * - `crop=0.5`: up to half of the area is lost; `crop=0.5..1:0.75..1.33`: area, ratio
 * - `translate=0.1`, `rotate=15`, `shear=10`: up to this share, or these degrees
 * - `flip`, `flip=vertical`, `flip=vertical:0.5`; `gray=0.1`: probability
 * - `color=0.4`: brightness, contrast and saturation up to that, hue to a quarter of it; or all four, `color=0.4:0.4:0.4:0.1`
 * - `blur=1` or `blur=0.1..1:0.5`: sigma, probability
 * - `erase=0.33` or `erase=0.02..0.33:0.3..3.3:0.5`: area, ratio, probability
 * - `randAugment=9:2`: magnitude, operations; `trivialAugment`
 *
 * Throws `bad-option` for a name or a setting that isn't known or is out of range.
 *
 * @example
 * const augment = parseAugmentations('flip,translate=0.1,trivialAugment');
 */
export function parseAugmentations(text: string): readonly Augmentation[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(parseOne);
}

/**
 * Augmentations as the text that `parseAugmentations` reads.
 *
 * @example
 * formatAugmentations([augmentation('flip'), augmentation('rotate', { degrees: 10 })]); // "flip,rotate=10"
 */
export function formatAugmentations(augmentations: readonly Augmentation[]): string {
  return augmentations.map(formatOne).join(',');
}

function parseOne(part: string): Augmentation {
  const [kind = '', settings, ...more] = part.split('=').map((piece) => piece.trim());
  if (!isKind(kind)) throw unknownKind(kind);
  if (settings === undefined) return augmentation(kind);
  const texts = settings.split(':');
  if (more.length > 0) throw unread(kind, part);
  if (kind === 'color' && texts.length === 1) return colorOf(number(settings) ?? Number.NaN);
  return augmentation(kind, readSettings(kind, texts, part));
}

/** Settings in the order of their fields; a field that doesn't read a text keeps its default, and the next one is asked. */
function readSettings(kind: AugmentationKind, texts: readonly string[], part: string): Settings {
  const read: Record<string, Value> = {};
  const rest = [...texts];
  for (const field of fields[kind]) {
    const value = rest.length > 0 ? field.read(rest[0] as string) : undefined;
    if (value === undefined) continue;
    read[field.name] = value;
    rest.shift();
  }
  if (rest.length > 0) throw unread(kind, part);
  return read;
}

/** SimCLR's proportions (Chen et al. 2020, appendix A). */
const colorOf = (strength: number) =>
  augmentation('color', {
    brightness: strength,
    contrast: strength,
    saturation: strength,
    hue: Math.min(0.5, strength / 4),
  });

function formatOne(one: Augmentation): string {
  const settings = one as unknown as Settings;
  const defaults = augmentationDefaults[one.kind] as unknown as Settings;
  const differ = fields[one.kind].map(({ name }) => String(settings[name]) !== String(defaults[name]));
  if (!differ.includes(true)) return one.kind;
  // Colour has no setting left out: one number is a strength.
  const end = one.kind === 'color' ? differ.length : differ.lastIndexOf(true) + 1;
  const texts = fields[one.kind].slice(0, end).map(({ name }) => formatValue(settings[name] as Value));
  return `${one.kind}=${texts.join(':')}`;
}

const formatValue = (value: Value) => (typeof value === 'object' ? value.join('..') : String(value));

const isKind = (kind: string): kind is AugmentationKind =>
  (augmentationKinds as readonly string[]).includes(kind);

function unread(kind: AugmentationKind, part: string): ResNetError {
  const names = fields[kind].map(({ name }) => name.toUpperCase());
  const form = names.length === 0 ? kind : `${kind}=${names.join(':')}`;
  const message = `The augmentation "${part}" can't be read. Write ${form}, with ranges as in 0.5..1; from the last one on, settings can be left out.`;
  return new ResNetError('bad-option', message, { augmentation: part });
}
