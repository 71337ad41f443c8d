import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { commandOf, contenders } from './contenders.mjs';

/** @typedef {{ milliseconds: number, result: number[], peakBytes: number }} Answer */

/**
 * Contenders as processes of this machine.
 * @type {import('./comparison.mjs').Venue}
 */
export const processes = {
  contenders,
  ours: { inference: 'folded', training: 'ours' },
  start: (name, options) => new ContenderProcess(name, options),
};

/** A contender in a separate process, with its own memory and threads, which answers line by line. */
export class ContenderProcess {
  #child;
  #lines;
  #errorOutput = '';

  /**
   * @param {string} name
   * @param {{ folder: string, threads: number, python: string }} options
   */
  constructor(name, options) {
    const [command, args] = commandOf(name, options);
    const threads = String(options.threads);
    const env = { ...process.env, OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', () => {});
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errorOutput = (this.#errorOutput + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @returns {Promise<{ version: string }>} */
  ready() {
    return this.#next();
  }

  /** @returns {Promise<Answer>} */
  run() {
    this.#child.stdin.write('run\n');
    return this.#next();
  }

  end() {
    this.#child.stdin.end();
    this.#child.kill();
  }

  /** @returns {Promise<any>} */
  async #next() {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) {
        const last = this.#errorOutput.trim().split('\n').at(-1);
        throw new Error(last || 'its process ended');
      }
      if (!value.startsWith('@')) continue;
      const message = JSON.parse(value.slice(1));
      if (message.error !== undefined) throw new Error(message.error);
      return message;
    }
  }
}
