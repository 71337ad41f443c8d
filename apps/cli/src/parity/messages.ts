import type { RegisteredBackend } from '@resnetjs/backend';
import type { CaseReport, ParityLevel } from '@resnetjs/parity';

/** The page's task. */
export interface PageTask {
  readonly backend: BrowserBackend;
  readonly level: ParityLevel;
  readonly only?: string;
  readonly threads?: number;
}

export const browserBackends = ['webgl'] as const;
export type BrowserBackend = (typeof browserBackends)[number];

/** What the page reports. */
export type RunEvent =
  | { readonly event: 'registered'; readonly registered: RegisteredBackend; readonly where: string }
  | { readonly event: 'begin'; readonly name: string }
  | { readonly event: 'case'; readonly report: CaseReport }
  | { readonly event: 'failed'; readonly message: string }
  | { readonly event: 'done' };

/** As JSON, with NaN and Infinity, which JSON lacks, as strings. */
export function encodeEvent(event: RunEvent): string {
  return JSON.stringify(event, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

export function decodeEvent(text: string): RunEvent {
  return JSON.parse(text, (_, value) => numbersInWords.get(value) ?? value);
}

const numbersInWords = new Map<unknown, number>(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
);
