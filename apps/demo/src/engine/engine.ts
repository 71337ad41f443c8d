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

  constructor({ code, message }: Problem) {
    super(message);
    this.code = code;
  }
}

interface PendingRequest {
  resolve(value: unknown): void;
  reject(error: EngineError): void;
}

const workerEnded: Problem = {
  code: 'worker-ended',
  message:
    'The computation has stopped, most likely because memory ran out. Start it again: no more than the steps since the last checkpoint are lost.',
};

/** The page's end of one worker, which computes on one backend. */
export class Engine {
  readonly backend: BackendName;
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #lastId = 0;
  #problem: Problem | null = null;
  /** Called once, when the worker can't continue. */
  onEnd: ((problem: Problem) => void) | null = null;

  constructor(backend: BackendName) {
    this.backend = backend;
    this.#worker = new Worker(new URL('../worker/worker.ts', import.meta.url), {
      type: 'module',
      name: `resnetjs-${backend}`,
    });
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(workerEnded);
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
      this.#worker.postMessage({ id, kind, params } as ToWorker);
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
    this.#worker.terminate();
    const error = new EngineError(problem);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.onEnd?.(problem);
  }
}

/** An error's message, as it is shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
