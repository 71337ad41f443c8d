const codes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof codes;
const stopSignals = Object.keys(codes) as StopSignal[];

/** npm forwards a Ctrl-C that the terminal has sent already: within this time it is the same one. */
const sameMilliseconds = 300;

/** Turns the first Ctrl-C or SIGTERM into an abort if there is work to stop; otherwise, and the second time, ends the process. */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #listener = (signal: StopSignal) => this.#receive(signal);
  #whenStopped: (() => void) | null;
  #first: { signal: StopSignal; at: number } | null = null;

  constructor(whenStopped: (() => void) | null = null) {
    this.#whenStopped = whenStopped;
    for (const signal of stopSignals) process.on(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The process's exit code after the signal: 128 plus the signal's number. */
  get exitCode(): number | null {
    return this.#first && codes[this.#first.signal];
  }

  /** From now on the first signal aborts instead of ending the process. */
  abortFirst(whenStopped: () => void): void {
    this.#whenStopped = whenStopped;
  }

  end(): void {
    for (const signal of stopSignals) process.off(signal, this.#listener);
  }

  #receive(signal: StopSignal): void {
    const now = performance.now();
    if (this.#whenStopped === null) process.exit(codes[signal]);
    if (this.#first === null) {
      this.#first = { signal, at: now };
      this.#controller.abort();
      this.#whenStopped();
    } else if (now - this.#first.at > sameMilliseconds) {
      process.exit(codes[signal]);
    }
  }
}
