import { Engine } from './engine.js';

const started = new Map<'reader' | 'hub', Engine>();

function startOnce(name: 'reader' | 'hub'): Engine {
  const before = started.get(name);
  if (before !== undefined) return before;
  const engine = new Engine(name);
  engine.onEnd = () => started.delete(name);
  started.set(name, engine);
  return engine;
}

/** A worker of its own that looks into files: it starts no backend, and isn't kept waiting by a training. */
export const getReader = () => startOnce('reader');

/** The only worker that asks other servers: it gets names, and no images. */
export const getHub = () => startOnce('hub');
