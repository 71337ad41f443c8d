import type { BackendName, ModelFacts, Variant } from '../worker/protocol.js';

export const backendTitle: Readonly<Record<BackendName, string>> = { wasm: 'WebAssembly', webgl: 'WebGL' };
export const variantTitle: Readonly<Record<Variant, string>> = {
  residual: 'With shortcuts',
  plain: 'Plain twin',
};

/** A network's name, in plain words first where it could be taken for another. */
export const networkTitle = (name: string) =>
  name.startsWith('course/resnet50') ? `The course’s ResNet-50 (${name})` : name;

/** Where a model comes from: its file's name, or `trained here, from resnet18.pth`. */
export const originWords = ({ file, origin, startedFrom }: ModelFacts) =>
  `${file?.name ?? origin}${startedFrom === null ? '' : `, from ${startedFrom}`}`;

const whole = new Intl.NumberFormat('en');

export const count = (value: number) => whole.format(value);
/** `1 picture`, `2,000 pictures` */
export const pictures = (value: number) => `${count(value)} ${value === 1 ? 'picture' : 'pictures'}`;

const byteUnits = ['bytes', 'kB', 'MB', 'GB'] as const;

/** 512 bytes, 1.5 kB, 46.8 MB: in powers of 1000, as sizes on hubs are. */
export function bytes(value: number): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(value, 1)) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 ? count(scaled) : scaled.toFixed(scaled < 100 ? 1 : 0)} ${byteUnits[power]}`;
}

export const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} %`;

/** 96,133, 1.2 million, 4.09 billion, 17 billion. */
export function large(value: number): string {
  if (value >= 1e12) return `${count(Math.round(value / 1e12))} trillion`;
  if (value >= 1e9) return `${(value / 1e9).toFixed(value < 1e10 ? 2 : 0)} billion`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} million`;
  return count(value);
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(0)} s`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 10 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
}

export function duration(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  return minutes < 60
    ? `${minutes} min ${rounded % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 2.2 × 10⁻⁴; 0 as it is. */
export function scientific(value: number): string {
  if (value === 0) return '0';
  const [digits, exponent = '0'] = value.toExponential(1).split('e');
  return `${digits}\u00a0×\u00a010${superscript(Number(exponent))}`;
}

/** ⁻⁴ */
export function superscript(exponent: number): string {
  return String(exponent).replace(/./g, (digit) =>
    digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)),
  );
}
