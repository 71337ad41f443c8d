import { readFileSync } from 'node:fs';
import type { NetworkName } from '@resnetjs/core';

/** What the networks of the family compute where they come from, as tooling/goldens/family.py writes it. */
export interface Golden {
  readonly network: NetworkName;
  /** The programs that computed it. */
  readonly source: string;
  readonly classes: number;
  readonly thin?: Thinning;
  /** Of a whole network. */
  readonly counted?: {
    readonly input: readonly [number, number, number];
    readonly classes: number;
    readonly weights: number;
    readonly parameters: number;
    readonly multiplyAdds: number;
  };
  readonly inference: readonly {
    readonly images: ImageShape;
    /** The relative L2 error of the source's own float32. */
    readonly floor: number;
    readonly logits: readonly (readonly number[])[];
  }[];
  readonly training: {
    readonly images: ImageShape;
    readonly logits: readonly (readonly number[])[];
    readonly loss: number;
    /** Relative L2 errors of the source's own float32, of all values together. */
    readonly floors: Readonly<Record<'logits' | 'loss' | 'gradients' | 'statistics', number>>;
    readonly gradients: Readonly<Record<string, MeasuresAndFloor>>;
    /** The running statistics after the step. */
    readonly statistics: Readonly<Record<string, MeasuresAndFloor>>;
    /** Of a thin network: every gradient. */
    readonly values?: Readonly<Record<string, readonly number[]>>;
  };
}

/** How a thin network is made. */
export interface Thinning {
  /** What its channels are divided by. */
  readonly divisor: number;
  /** Part of the name by which its values are sampled: one at which they are off the kinks (`find-draws.ts`). */
  readonly draw: number;
}

/** [batch, height, width, channels] */
export type ImageShape = readonly [number, number, number, number];

/** `Measures`, and the relative L2 error of the source's own float32. */
export type MeasuresAndFloor = readonly [norm: number, product0: number, product1: number, floor: number];

/** Which networks there are, and what is computed of them. */
export interface Family {
  readonly networks: Readonly<Record<NetworkName, { readonly source: string; readonly parameters: number }>>;
  /** The networks that have a thin one. */
  readonly thin: Readonly<Partial<Record<NetworkName, Thinning>>>;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));

/** family.json. */
export const family: Family = read('family.json');

/** The networks that have a golden. */
export const goldenNames = Object.keys(family.networks) as NetworkName[];

/** Those that have a thin one. */
export const thinNames = Object.keys(family.thin) as NetworkName[];

/** A network's golden. Throws if there is none. */
export function readGolden(name: NetworkName, variant: 'whole' | 'thin' = 'whole'): Golden {
  const folder = variant === 'thin' ? 'family/thin' : 'family';
  return read(`${folder}/${name.replace('/', '-')}.json`);
}
