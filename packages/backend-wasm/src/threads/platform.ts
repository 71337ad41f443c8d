// Workers and facts about threads in Node and browsers, without Node's or the DOM's types.

/** A worker in Node or a browser. */
export interface WorkerHandle {
  /** Settles when the worker has answered or failed. */
  readonly ready: Promise<void>;
  /** After this, the worker doesn't keep the process alive. */
  detach(): void;
  terminate(): void;
}

interface NodeWorker {
  once(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  on(event: 'error', listener: () => void): void;
  postMessage(message: unknown): void;
  unref(): void;
  terminate(): void;
}

interface BrowserWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

interface Platform {
  readonly process?: {
    readonly getBuiltinModule?: (name: string) => unknown;
    readonly versions?: { readonly node?: string; readonly bun?: string; readonly deno?: string };
    readonly arch?: string;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly SharedArrayBuffer?: unknown;
  readonly Worker?: new (url: string) => BrowserWorker;
  readonly Blob: new (parts: string[], options: { type: string }) => unknown;
  readonly URL: { createObjectURL(blob: unknown): string; revokeObjectURL(url: string): void };
}

const platform = globalThis as unknown as Platform;
const inNode = platform.process?.versions?.node !== undefined;

interface NodeModules {
  'node:worker_threads': {
    Worker: new (source: string, options: Readonly<Record<string, unknown>>) => NodeWorker;
  };
  'node:v8': { setFlagsFromString(flags: string): void };
  'node:os': { availableParallelism(): number; cpus(): unknown };
}

/** One of Node's own modules, without an import that a bundler would try to resolve. */
function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  return platform.process?.getBuiltinModule?.(name) as NodeModules[Name];
}

/** Why threads aren't available here; undefined if they are. */
export function whyNoThreads(): string | undefined {
  if (inNode) {
    if (platform.process?.getBuiltinModule === undefined) return 'Node 20.16 or newer is needed';
    try {
      builtin('node:os').cpus(); // TensorFlow.js's build with shared memory calls it where an error would be lost
    } catch {
      return 'Deno has not been given the permission --allow-sys=cpus';
    }
    return undefined;
  }
  if (platform.crossOriginIsolated === false) return 'the page is not cross-origin isolated';
  if (platform.SharedArrayBuffer === undefined) return 'this browser has no shared memory';
  if (platform.Worker === undefined) return 'there are no workers here';
  return undefined;
}

/** The number of cores that this process may use. */
export function availableCores(): number {
  if (inNode) return builtin('node:os').availableParallelism();
  return platform.navigator?.hardwareConcurrency ?? 1;
}

/** Starts a worker from its source text, and sends it a first message. */
export function startWorker(source: string, message: unknown): WorkerHandle {
  return inNode ? startNodeWorker(source, message) : startBrowserWorker(source, message);
}

function startNodeWorker(source: string, message: unknown): WorkerHandle {
  // An empty environment and no flags: the process's own, such as loaders, aren't meant for the worker.
  const worker = new (builtin('node:worker_threads').Worker)(source, { eval: true, env: {}, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.on('error', () => reject(new Error('a worker failed')));
    worker.once('exit', () => reject(new Error('a worker ended')));
  });
  worker.postMessage(message);
  return { ready, detach: () => worker.unref(), terminate: () => worker.terminate() };
}

function startBrowserWorker(source: string, message: unknown): WorkerHandle {
  const url = platform.URL.createObjectURL(new platform.Blob([source], { type: 'text/javascript' }));
  const worker = new (platform.Worker as NonNullable<Platform['Worker']>)(url);
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message ?? 'a worker failed'));
  }).finally(() => platform.URL.revokeObjectURL(url));
  worker.postMessage(message);
  return { ready, detach: () => {}, terminate: () => worker.terminate() };
}

/** The first version of Node whose V8 pairs 128-bit instructions of WebAssembly into 256-bit ones where it is asked to. */
const pairingNode = 24;

/** Whether `instructions: 'wide'` is tried here: in Node 24 and newer on x86, whose V8 has the flag. */
export function canPairVectors(): boolean {
  const { versions, arch, getBuiltinModule } = platform.process ?? {};
  const major = Number(versions?.node?.split('.')[0] ?? 0);
  const isNode = versions?.bun === undefined && versions?.deno === undefined;
  return isNode && major >= pairingNode && arch === 'x64' && getBuiltinModule !== undefined;
}

/** Asks V8 to pair vectors in what it compiles from now on. False where it can't. */
export function pairVectors(): boolean {
  if (!canPairVectors()) return false;
  builtin('node:v8').setFlagsFromString('--experimental-wasm-revectorize');
  return true;
}

/** Resolves after some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  const { setTimeout } = globalThis as unknown as {
    setTimeout(run: () => void, milliseconds: number): unknown;
  };
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
