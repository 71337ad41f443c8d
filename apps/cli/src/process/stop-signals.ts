import { constants } from 'node:os';

/** What ends a command: Ctrl-C, a polite kill, and a terminal that closes or a connection that drops. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What may be asked for, too: batch systems send them some time before they kill. Windows has none of them. */
export const extraSignals = ['SIGUSR1', 'SIGUSR2'] as const;
type StopSignal = (typeof stopSignals | typeof extraSignals)[number];

/** npm forwards a Ctrl-C that the terminal has sent already: within this time it is the same one. */
const sameMilliseconds = 300;

interface StopSignalsOptions {
  /** Further signals that stop the work. */
  readonly also?: readonly StopSignal[];
  /** Signals that do nothing. */
  readonly ignored?: readonly StopSignal[];
}

/**
 * Turns the first signal into an abort if there is work to stop; otherwise it ends the process. So does a second Ctrl-C or
 * SIGTERM; a hangup or a warning is often followed by another signal, and never counts as a request to quit at once.
 */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  #whenStopped: (() => void) | null;
  #first: StopSignal | null = null;
  /** When the first Ctrl-C or SIGTERM came. */
  #askedAt: number | null = null;

  constructor(whenStopped: (() => void) | null = null, options: StopSignalsOptions = {}) {
    const { also = [], ignored = [] } = options;
    this.#whenStopped = whenStopped;
    this.#listeners = [...stopSignals, ...also].map((signal) => [
      signal,
      ignored.includes(signal) ? () => {} : () => this.#receive(signal),
    ]);
    for (const [signal, listener] of this.#listeners) process.on(signal, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The process's exit code after the signal: 128 plus the signal's number. */
  get exitCode(): number | null {
    return this.#first && codeOf(this.#first);
  }

  /** From now on the first signal aborts instead of ending the process. */
  abortFirst(whenStopped: () => void): void {
    this.#whenStopped = whenStopped;
  }

  /** Leaves signals to the process again; but once one was received, the next ones are heard until the end of the process. */
  end(): void {
    if (this.#first !== null) return;
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }

  #receive(signal: StopSignal): void {
    if (this.#whenStopped === null) process.exit(codeOf(signal));
    const now = performance.now();
    const asks = signal === 'SIGINT' || signal === 'SIGTERM';
    if (asks && this.#askedAt !== null && now - this.#askedAt > sameMilliseconds)
      process.exit(codeOf(signal));
    if (asks) this.#askedAt ??= now;
    if (this.#first !== null) return;
    this.#first = signal;
    this.#controller.abort();
    this.#whenStopped();
  }
}

function codeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}
