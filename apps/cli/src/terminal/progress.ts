import { createLogUpdate } from 'log-update';
import { type Paint, paintFor } from './paint.js';
import { plainLine, type ProgressState, progressLine } from './progress-line.js';

const redrawMilliseconds = 80;
const plainMilliseconds = 5000;

/** Shows progress: on a terminal one line that is redrawn, elsewhere a new line every few seconds. */
export class Progress {
  readonly paint: Paint;
  readonly #stream: NodeJS.WriteStream;
  readonly #redraw: ReturnType<typeof createLogUpdate> | null;
  #last = performance.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.paint = paintFor(stream);
    const terminal = stream.isTTY && process.env.TERM !== 'dumb';
    this.#redraw = terminal ? createLogUpdate(stream) : null;
  }

  /** Whether the line is redrawn. */
  get live(): boolean {
    return this.#redraw !== null;
  }

  /** Cells per line; 80 if the stream is not a terminal. */
  get width(): number {
    return this.#stream.isTTY ? this.#stream.columns || 80 : 80;
  }

  update(state: ProgressState): void {
    const now = performance.now();
    if (now - this.#last < (this.#redraw ? redrawMilliseconds : plainMilliseconds)) return;
    this.#last = now;
    if (this.#redraw) this.#redraw(progressLine(state, this.width - 1, this.paint));
    else this.#stream.write(`${plainLine(state)}\n`);
  }

  /** A line that stays. */
  print(line: string): void {
    this.#redraw?.clear();
    this.#stream.write(`${line}\n`);
  }

  /** Removes the progress line. */
  end(): void {
    this.#redraw?.clear();
    this.#redraw?.done();
  }
}
