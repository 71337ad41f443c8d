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

/** Turns a function that reports while it works into events and, at last, what it gave. */
export async function* eventsOf<Event, Result>(
  work: (say: (event: Event) => void) => Promise<Result>,
): AsyncGenerator<Event, Result, undefined> {
  const waiting: Event[] = [];
  let wake = () => {};
  const settled = { done: false };
  const result = work((event) => {
    waiting.push(event);
    wake();
  }).finally(() => {
    settled.done = true;
    wake();
  });
  result.catch(() => {}); // it is awaited below
  for (;;) {
    yield* waiting.splice(0);
    if (settled.done && waiting.length === 0) return await result;
    if (waiting.length === 0 && !settled.done) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}
