import { asProblem } from './problem.js';
import type { FromWorker, RequestKind, Requests, ToWorker, WorkerEvent } from './protocol.js';

/** The part of a worker's global scope that is used here: TypeScript's types for workers clash with the page's. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}
const scope = self as unknown as Scope;

export type Handlers<Answered extends RequestKind> = {
  readonly [Kind in Answered]: (params: Requests[Kind]['params']) => Promise<Requests[Kind]['result']>;
};

/** Sends the page an event, which answers no request. */
export function emit(event: WorkerEvent): void {
  scope.postMessage(event);
}

/** Starts answering the page's requests. They may overlap: a prediction is made between two steps of a training. */
export function serve<Answered extends RequestKind>(handlers: Handlers<Answered>): void {
  scope.onmessage = async ({ data }) => {
    const { id, kind, params } = data;
    try {
      const handle = handlers[kind as Answered] as (params: unknown) => Promise<unknown>;
      scope.postMessage({ id, result: await handle(params) });
    } catch (error) {
      const problem = asProblem(error);
      // A refusal is the visitor's to read; what nobody foresaw is a developer's.
      if (problem.code === 'unexpected') console.error(error);
      scope.postMessage({ id, problem });
    }
  };
}
