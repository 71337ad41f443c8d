/** What an installation says while it goes on; the last event is `done`, or the iteration throws. */
export type InstallEvent =
  /** Something begins; the message is for a person. */
  | { readonly event: 'step'; readonly step: InstallStep; readonly message: string }
  /** Bytes that have arrived; `of` is null where nobody knows how many there are. */
  | {
      readonly event: 'progress';
      readonly step: InstallStep;
      readonly bytes: number;
      readonly of: number | null;
    }
  /** A way did not work, and why; the next one is tried. */
  | { readonly event: 'failed'; readonly step: InstallStep; readonly reason: string }
  | ({ readonly event: 'done' } & Installed);

export type InstallStep = 'javascript' | 'official' | 'wheel' | 'addon' | 'check';

export interface Installed {
  readonly folder: string;
  /** Where TensorFlow came from, in words. */
  readonly source: string;
  /** TensorFlow's version. */
  readonly tensorflow: string;
  /** Whether it was there already. */
  readonly present: boolean;
}

/** Everything but the end. */
export type Say = (event: Exclude<InstallEvent, { event: 'done' }>) => void;

/**
 * Turns a function that reports while it works into events and, at last, what it gave. Leaving the loop,
 * or the caller's signal, aborts the work, and waits until it has tidied up.
 */
export async function* eventsOf<Event, Result>(
  work: (say: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Event, Result, undefined> {
  const left = new AbortController();
  const waiting: Event[] = [];
  let wake = () => {};
  let settled = false;
  const say = (event: Event) => {
    waiting.push(event);
    wake();
  };
  const signals = signal === undefined ? [left.signal] : [left.signal, signal];
  const result = work(say, AbortSignal.any(signals)).finally(() => {
    settled = true;
    wake();
  });
  result.catch(() => {}); // it is awaited below
  try {
    for (;;) {
      yield* waiting.splice(0);
      if (waiting.length > 0) continue;
      if (settled) return await result;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    left.abort(new Error('nobody listens any more'));
    await result.catch(() => {});
  }
}
