/** An event of an installation; the last one is `done`, unless the iteration throws. */
export type InstallEvent =
  /** Something starts; the message is for people to read. */
  | { readonly event: 'step'; readonly step: InstallStep; readonly message: string }
  /** Bytes received so far, of how many; `of` is null if the total is unknown. */
  | {
      readonly event: 'progress';
      readonly step: InstallStep;
      readonly bytes: number;
      readonly of: number | null;
    }
  /** A method did not work, and why; the next one is tried. */
  | { readonly event: 'failed'; readonly step: InstallStep; readonly reason: string }
  | ({ readonly event: 'done' } & Installed);

/**
 * A part of an installation: tfjs-node's JavaScript from npm, tfjs-node's own downloads, TensorFlow's Python wheel, building
 * the addon, checking the result.
 */
export type InstallStep = 'javascript' | 'official' | 'wheel' | 'addon' | 'check';

/** An installed native TensorFlow. */
export interface Installed {
  /** The folder with tfjs-node's package.json. */
  readonly folder: string;
  /** Where TensorFlow came from, for people to read. */
  readonly source: string;
  /** TensorFlow's version, such as `2.21.0`. */
  readonly tensorflow: string;
  /** Whether it was installed already. */
  readonly present: boolean;
}

/** Reports every event but the last. */
export type Report = (event: Exclude<InstallEvent, { event: 'done' }>) => void;

/**
 * Runs a function that reports its progress, as an async iterable of its reports that returns its result. Leaving the loop,
 * or the caller's signal, aborts the work; the iteration ends once it has cleaned up.
 */
export async function* eventsOf<Event, Result>(
  work: (report: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Event, Result, undefined> {
  const leaving = new AbortController();
  const waiting: Event[] = [];
  let wake = () => {};
  let settled = false;
  const report = (event: Event) => {
    waiting.push(event);
    wake();
  };
  const signals = signal === undefined ? [leaving.signal] : [leaving.signal, signal];
  const result = work(report, AbortSignal.any(signals)).finally(() => {
    settled = true;
    wake();
  });
  result.catch(() => {}); // awaited below
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
    leaving.abort(new Error('the caller left the loop'));
    await result.catch(() => {});
  }
}
