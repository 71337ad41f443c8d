import { ResNetError } from '@resnetjs/core/network';
import { formatAugmentations, parseAugmentations } from '@resnetjs/recipe';
import { InvalidArgumentError } from 'commander';
import { extraSignals } from '../process/stop-signals.js';

// Parsers of option values. Commander shows what they throw together with the option's name.

export function integer(low: number, high = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = number(text);
    if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
    const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** A schema of numbers, as @resnetjs/recipe has them. */
interface NumberSchema {
  safeParse(value: unknown): {
    readonly data?: number | undefined;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** A number that a schema takes, whose message says what it must be. */
export function numberOf(schema: NumberSchema) {
  return (text: string): number => {
    const { data, error } = schema.safeParse(number(text));
    if (data !== undefined) return data;
    throw new InvalidArgumentError(`It ${error?.issues[0]?.message}.`);
  };
}

/** A path, or a name: not empty, as an unset shell variable leaves it. */
export function given(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export function fraction(text: string): number {
  const value = number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be between 0 and 1, such as 0.2.');
}

/** A fraction, or 0 for none. */
export function fractionOrNone(text: string): number {
  return number(text) === 0 ? 0 : fraction(text);
}

/** One of a few numbers. */
export function numberAmong<Value extends number>(values: readonly Value[]) {
  return (text: string): Value => {
    const found = values.find((value) => value === number(text));
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}.`);
  };
}

/** `64,64,3` */
export function inputShape(text: string): [height: number, width: number, channels: number] {
  const sizes = text.split(',').map(number);
  const [height, width, channels] = sizes;
  if (sizes.length === 3 && sizes.every((size) => Number.isSafeInteger(size) && size > 0 && size <= 16_384)) {
    return [height!, width!, channels!];
  }
  throw new InvalidArgumentError('It must be height,width,channels, such as 64,64,3.');
}

/** `USR1`, or `SIGUSR1` */
export function extraSignal(text: string): (typeof extraSignals)[number] {
  const name = `SIG${text.toUpperCase().replace(/^SIG/, '')}`;
  const found = extraSignals.find((each) => each === name);
  if (found === undefined) throw new InvalidArgumentError('It must be USR1 or USR2.');
  if (process.platform === 'win32') throw new InvalidArgumentError('Windows has no such signals.');
  return found;
}

/** `wasm,node` */
export function nameList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return [...new Set(names)];
  throw new InvalidArgumentError('It must be names separated by commas, such as wasm,node.');
}

const bytesPer = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 } as const;

/** A number of bytes: `2GB`, `1.5GiB`, `300MB`, or 0 for none. */
export function byteCount(text: string): number {
  const [, digits = '', unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = Object.entries(bytesPer).find(([name]) => name === unit.toLowerCase())?.[1];
  const bytes = Math.floor(number(digits) * (factor ?? Number.NaN));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('It must be a number of bytes, such as 500MB or 2GB, or 0 for none.');
}

/** `64,64,256` */
export function integerList(text: string): readonly number[] {
  const values = text.split(',').map(number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError(
    'It must be whole numbers of at least 1, separated by commas, such as 64,64,256.',
  );
}

/** `flip,crop=0.5`, or none: the same augmentations, written alike. */
export function augmentations(text: string): string {
  if (text === 'none') return text;
  try {
    return formatAugmentations(parseAugmentations(given(text)));
  } catch (error) {
    throw error instanceof ResNetError ? new InvalidArgumentError(error.message) : error;
  }
}

/** A parameter of mixup and cutmix; 0 for none. */
export function alpha(text: string): number {
  const value = number(text);
  if (value >= 0 && value <= 4) return value;
  throw new InvalidArgumentError('It must be more than 0 and at most 4, or 0 for none.');
}

/** `none`, `balanced`, or a number for each class: `1,2.5,1` */
export function classWeights(text: string): 'none' | 'balanced' | readonly number[] {
  if (text === 'none' || text === 'balanced') return text;
  const values = text.split(',').map(number);
  if (values.every((value) => value >= 0)) return values;
  throw new InvalidArgumentError(
    'It must be none, balanced, or a number of at least 0 for each class, such as 1,2.5,1.',
  );
}

/** A decimal number, or NaN: Number('') would be 0, and Number('0x10') 16. */
function number(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}
