import type { RegisteredBackend } from '@resnetjs/backend';
import type { CaseReport, Level } from '@resnetjs/parity';

/** What the page is asked to compute. */
export interface PageTask {
  readonly backend: BrowserBackend;
  readonly level: Level;
  readonly only?: string;
  readonly threads?: number;
}

export const browserBackends = ['webgl'] as const;
export type BrowserBackend = (typeof browserBackends)[number];

/** What a run of a backend tells of itself, in the process or from a page. */
export type RunEvent =
  | { readonly event: 'registered'; readonly registered: RegisteredBackend; readonly where: string }
  | { readonly event: 'begin'; readonly name: string }
  | { readonly event: 'case'; readonly report: CaseReport }
  | { readonly event: 'failed'; readonly message: string }
  | { readonly event: 'done' };
