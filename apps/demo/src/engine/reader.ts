import { Engine } from './engine.js';

let reader: Engine | undefined;

/** A worker of its own that looks into files: it starts no backend, and isn't kept waiting by a training. */
export function getReader(): Engine {
  if (reader !== undefined) return reader;
  const started = new Engine('reader');
  started.onEnd = () => {
    if (reader === started) reader = undefined;
  };
  reader = started;
  return started;
}
