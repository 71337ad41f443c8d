import { asProblem } from './problem.js';
import type { FromWorker, RequestKind, Requests, ToWorker, WorkerEvent } from './protocol.js';

/** What this file uses of a worker's global scope, whose types and the page's exclude each other. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}
const scope = self as unknown as Scope;

export type Handlers = {
  readonly [Kind in RequestKind]: (ask: Requests[Kind]['ask']) => Promise<Requests[Kind]['get']>;
};

/** Tells the page something that it didn't ask for. */
export function tell(event: WorkerEvent): void {
  scope.postMessage(event);
}

/** Answers the page from now on. Requests may overlap: a prediction is made between two steps of a training. */
export function serve(handlers: Handlers): void {
  scope.onmessage = async ({ data }) => {
    const { id, kind, ask } = data;
    try {
      const handle = handlers[kind] as (ask: unknown) => Promise<unknown>;
      scope.postMessage({ id, get: await handle(ask) });
    } catch (error) {
      console.error(error);
      scope.postMessage({ id, problem: asProblem(error) });
    }
  };
}
