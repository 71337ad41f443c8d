import type {
  BackendName,
  FromWorker,
  Problem,
  RequestKind,
  Requests,
  ToWorker,
  WorkerEvent,
} from '../worker/protocol.js';

/** What the worker could not do, in words for the visitor. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;

  constructor({ code, message }: Problem) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: EngineError): void;
}

const ended: Problem = {
  code: 'worker-ended',
  message:
    'The part of this page that computes has stopped; most often because memory ran out. Start it again: at most the steps since the last checkpoint are lost.',
};

/** The page's end of one worker, which computes on one backend. */
export class Engine {
  readonly backend: BackendName;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #last = 0;
  #problem: Problem | null = null;
  /** Called once, when the worker can't go on. */
  onEnd: ((problem: Problem) => void) | null = null;

  constructor(backend: BackendName) {
    this.backend = backend;
    this.#worker = new Worker(new URL('../worker/worker.ts', import.meta.url), {
      type: 'module',
      name: `resnetjs-${backend}`,
    });
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(ended);
    };
  }

  /** Asks the worker; rejects with EngineError. */
  ask<Kind extends RequestKind>(kind: Kind, ask: Requests[Kind]['ask']): Promise<Requests[Kind]['get']> {
    const problem = this.#problem;
    if (problem !== null) return Promise.reject(new EngineError(problem));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, kind, ask } as ToWorker);
    });
  }

  /** Calls `listener` with what the worker tells; returns how to stop that. */
  listen(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the worker; what it was doing is lost. */
  close(): void {
    this.onEnd = null;
    this.#end({ code: 'closed', message: 'This was ended.' });
  }

  #hear(message: FromWorker): void {
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message);
      if (message.event === 'device-lost') this.#end({ code: 'device-lost', message: message.message });
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('problem' in message) waiting?.reject(new EngineError(message.problem));
    else waiting?.resolve(message.get);
  }

  #end(problem: Problem): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#worker.terminate();
    const error = new EngineError(problem);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.onEnd?.(problem);
  }
}

/** An error's words, as they are shown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
