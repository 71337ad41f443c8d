/**
 * TensorFlow.js's build with shared memory doesn't start before eight workers of its own have answered. With one thread it
 * never gives them anything to do, and starting them is what fails: Node can't run them, and in a bundle they run source text
 * that a minifier has changed. So while the backend starts, `Worker` is a stand-in that answers, and no worker is started.
 */

interface Message {
  readonly cmd?: string;
}

/** The part of a worker that TensorFlow.js's build uses, in a browser and in Node. */
class StandInWorker {
  onmessage: ((event: { data: Message }) => void) | null = null;
  onerror: unknown = null;

  postMessage({ cmd }: Message): void {
    if (cmd === 'load') queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }));
  }

  on(): void {}
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

interface Platform {
  queueMicrotask(task: () => void): void;
  URL: { revokeObjectURL(url: string): void };
}
const { queueMicrotask, URL } = globalThis as unknown as Platform;

/** Runs `start`; meanwhile, a worker created from just a blob's URL, as TensorFlow.js does, is a stand-in. */
export async function withStandInWorkers<Result>(start: () => Promise<Result>): Promise<Result> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  const RealWorker = (globalThis as { Worker?: new (...args: unknown[]) => object }).Worker;
  function Worker(...args: unknown[]): object {
    const [url] = args;
    if (args.length === 1 && typeof url === 'string' && url.startsWith('blob:')) {
      URL.revokeObjectURL(url);
      return new StandInWorker();
    }
    if (RealWorker === undefined) throw new ReferenceError('Worker is not defined');
    return new RealWorker(...args);
  }
  // In Node the build sets the global to Node's own Worker, which must not remain either.
  Object.defineProperty(globalThis, 'Worker', { configurable: true, get: () => Worker, set: () => {} });
  try {
    return await start();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'Worker');
    else Object.defineProperty(globalThis, 'Worker', before);
  }
}
