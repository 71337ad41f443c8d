import { superscript } from '../components/format.js';

const decade = (value: number) => Math.log10(value);

/** Whole powers of ten around positive values, at least three of them: the ends of a logarithmic axis. */
export function decadesAround(values: readonly (number | null | undefined)[]): readonly [number, number] {
  const known = values.filter((value): value is number => typeof value === 'number' && value > 0);
  if (known.length === 0) return [1e-3, 1];
  const low = Math.floor(decade(Math.min(...known)));
  const high = Math.ceil(decade(Math.max(...known)));
  return [10 ** Math.min(low, high - 3), 10 ** high];
}

/** Powers of ten between the ends, not more than about eight. */
export function decadeTicks([low, high]: readonly [number, number]): number[] {
  const from = Math.round(decade(low));
  const to = Math.round(decade(high));
  const step = Math.max(1, Math.ceil((to - from) / 7));
  const ticks: number[] = [];
  for (let exponent = to; exponent >= from; exponent -= step) ticks.unshift(10 ** exponent);
  return ticks;
}

/** 10⁻³, 1, 10². */
export function asPower(value: number): string {
  const exponent = Math.round(decade(value));
  if (exponent === 0) return '1';
  return `10${superscript(exponent)}`;
}
