import hubWorkerUrl from '../worker/hub-worker.ts?worker&url';
import workerUrl from '../worker/worker.ts?worker&url';
import type {
  BackendName,
  FromWorker,
  Problem,
  RequestKind,
  Requests,
  ToWorker,
  WorkerEvent,
} from '../worker/protocol.js';

/** What the worker could not do; the message is for the visitor. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;
  readonly networks: Problem['networks'];

  constructor({ code, message, networks }: Problem) {
    super(message);
    this.code = code;
    this.networks = networks;
  }
}

const workerNotLoaded: Problem = {
  code: 'no-worker',
  message:
    'The part of this page that computes could not be loaded: there is no connection, the page was renewed in the meantime, or a policy of this site or browser forbids it. Reload the page.',
};
const noWorkers: Problem = {
  code: 'no-worker',
  message:
    'This page computes in a worker, and none may be started here: the browser has none, or the frame or a policy around this page forbids them. Open the page in a tab of its own, or in another browser.',
};

interface PendingRequest {
  resolve(value: unknown): void;
  reject(error: EngineError): void;
}

const workerEnded: Problem = {
  code: 'worker-ended',
  message:
    'The computation has stopped, most likely because memory ran out. Start it again: no more than the steps since the last checkpoint are lost.',
};

/** The page's end of one worker, which computes on one backend, or reads files, or fetches them, and computes nothing. */
export class Engine {
  readonly #worker: Worker | null;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #lastId = 0;
  #problem: Problem | null = null;
  #hasAnswered = false;
  /** Called once, when the worker can't continue. */
  onEnd: ((problem: Problem) => void) | null = null;

  constructor(name: BackendName | 'reader' | 'hub') {
    this.#worker = startWorker(`resnetjs-${name}`, name === 'hub' ? hubWorkerUrl : workerUrl);
    if (this.#worker === null) {
      this.#problem = noWorkers;
      return;
    }
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(this.#hasAnswered ? workerEnded : workerNotLoaded);
    };
  }

  /** Sends the worker a request. Rejects with EngineError. */
  request<Kind extends RequestKind>(
    kind: Kind,
    params: Requests[Kind]['params'],
  ): Promise<Requests[Kind]['result']> {
    const problem = this.#problem;
    if (problem !== null) return Promise.reject(new EngineError(problem));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker?.postMessage({ id, kind, params } as ToWorker);
    });
  }

  /** Calls `listener` with every event of the worker; returns a function that ends this. */
  listen(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the worker; what it was computing is lost. */
  close(): void {
    this.onEnd = null;
    this.#end({ code: 'closed', message: 'The computation was ended.' });
  }

  #receive(message: FromWorker): void {
    this.#hasAnswered = true;
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message);
      if (message.event === 'device-lost') this.#end({ code: 'device-lost', message: message.message });
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('problem' in message) pending?.reject(new EngineError(message.problem));
    else pending?.resolve(message.result);
  }

  #end(problem: Problem): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#worker?.terminate();
    const error = new EngineError(problem);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.onEnd?.(problem);
  }
}

/** Starts the worker; null if the browser has no workers, or forbids this one. */
function startWorker(name: string, workerUrl: string): Worker | null {
  try {
    return new Worker(workerUrl, { type: 'module', name });
  } catch {
    // In a sandboxed frame the page has no origin, and may only start workers from source text.
  }
  try {
    const source = new Blob([`(${importWorker})(${JSON.stringify(workerUrl)});`], {
      type: 'text/javascript',
    });
    return new Worker(URL.createObjectURL(source), { name });
  } catch {
    return null;
  }
}

/** Runs in a worker: imports the real one, and hands it the messages that came in the meantime. */
function importWorker(url: string): void {
  const early: MessageEvent[] = [];
  self.onmessage = (event) => early.push(event);
  import(/* @vite-ignore */ url).then(
    () => {
      for (const event of early) self.onmessage?.(event);
    },
    (error) => reportError(error),
  );
}

/** An error's message, as it is shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
