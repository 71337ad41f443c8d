/** How long a server is waited for. */
export interface Patience {
  /** How often in a row a request may fail for a passing reason, if less than 1 MiB arrived in between. Default: 5. */
  readonly attempts: number;
  /** After so long without a byte a connection counts as broken. Default: 30,000. */
  readonly stallMilliseconds: number;
  /** Between the first failure and the second attempt, about; twice as long each time. Default: 500. */
  readonly backoffMilliseconds: number;
  /** The longest wait between two attempts, also if the server asks for more. Default: 60,000. */
  readonly maxWaitMilliseconds: number;
}

export const defaultPatience: Patience = {
  attempts: 5,
  stallMilliseconds: 30_000,
  backoffMilliseconds: 500,
  maxWaitMilliseconds: 60_000,
};

/** The wait after so many failures in a row: doubled each time, and spread, so that clients don't return all at once. */
export function backoff(failures: number, { backoffMilliseconds, maxWaitMilliseconds }: Patience): number {
  const longest = Math.min(backoffMilliseconds * 2 ** (failures - 1), maxWaitMilliseconds);
  return longest * (0.5 + 0.5 * Math.random());
}

/**
 * How long a server asks to be left alone, in milliseconds, by its headers: Retry-After, seconds or a date; or RateLimit, of an
 * IETF draft (draft-ietf-httpapi-ratelimit-headers-09), which Hugging Face sends. Null if it doesn't say.
 */
export function retryAfter(headers: { get(name: string): string | null }, now = Date.now()): number | null {
  const header = headers.get('retry-after')?.trim() || (headers.get('ratelimit')?.match(resetIn)?.[1] ?? '');
  if (header === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(seconds, 0) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(date - now, 0);
}

/** `"api";r=0;t=55`: nothing remains, for 55 seconds. */
const resetIn = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)/;

/** Waits, or throws the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
  signal?.throwIfAborted();
}
