import { contenders } from './contenders.mjs';
import { writeTflite } from './write-tflite.mjs';

/**
 * What a page's script exports as `open`.
 * @callback Open
 * @param {{ threads: number, instructions?: 'auto' | 'portable' }} order
 * @returns {Promise<import('../contenders/workload.mjs').Opened>}
 */

/** A contender on a page of its own, in a renderer process of its own. */
export class ContenderPage {
  #name;
  #options;
  #inBrowser;
  /** @type {import('playwright').Page | undefined} */
  #page;

  /**
   * @param {string} name
   * @param {{ folder: string, threads: number, python: string }} options
   * @param {{ browser: import('playwright').Browser, served: Awaited<ReturnType<typeof import('./serve.mjs').serve>> }} inBrowser
   */
  constructor(name, options, inBrowser) {
    this.#name = /** @type {keyof typeof contenders} */ (name);
    this.#options = options;
    this.#inBrowser = inBrowser;
  }

  /** @returns {Promise<{ version: string }>} */
  async ready() {
    const { browser, served } = this.#inBrowser;
    const { folder, threads, python } = this.#options;
    /** @type {import('../contenders.mjs').Contender} */
    const { script = '', order, python: needed } = contenders[this.#name];
    if (needed === 'tflite') await writeTflite(folder, python);
    served.openWorkload(folder);
    const path = await served.bundle(script);
    this.#page = await browser.newPage();
    await this.#page.goto(served.address);
    return this.#answer(
      async (/** @type {[string, any]} */ [path, order]) => {
        const { open } = await import(path);
        const { version, run } = await open(order);
        Object.assign(globalThis, { run });
        return { version };
      },
      [path, { threads, ...order }],
    );
  }

  /** @returns {Promise<{ milliseconds: number, result: number[] }>} */
  run() {
    return this.#answer(async () => {
      const { run } = /** @type {any} */ (globalThis);
      const start = performance.now();
      const result = Array.from(await run());
      return { milliseconds: performance.now() - start, result };
    });
  }

  async end() {
    await this.#page?.context().close();
  }

  /** What a function returns on the page; its errors are told in one line. @param {any} act @param {unknown} [argument] @returns {Promise<any>} */
  async #answer(act, argument) {
    try {
      return await this.#page?.evaluate(act, argument);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(message.replace(/^page\.evaluate: (\w*Error: )?/, '').split('\n')[0]);
    }
  }
}
