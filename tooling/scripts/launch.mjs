import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.mjs';

/**
 * Becomes a program of this checkout: same process, so its exit code, its streams and its signals are its own.
 * @param {string} file the program, from the top folder
 */
export async function launch(file) {
  const path = join(root, file);
  if (!existsSync(path)) {
    console.error(`There is no ${file} in this checkout.`);
    process.exit(1);
  }
  // npm runs scripts in the top folder; paths in the arguments mean the folder that the person is in.
  if (process.env.npm_lifecycle_event && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  process.argv[1] = path;
  hearSignalsOnce();
  await import(pathToFileURL(path).href);
}

/**
 * The terminal sends Ctrl-C to every process in front, and npm passes on to its script what it got, so the
 * script hears it twice. Programs take a second Ctrl-C to mean "at once": let each press count once.
 */
function hearSignalsOnce() {
  const emit = process.emit;
  /** @type {Set<unknown>} */
  const justHeard = new Set();
  /** @type {(this: NodeJS.Process, event: any, ...rest: any[]) => any} */
  const emitOnce = function (event, ...rest) {
    if (event === 'SIGINT' || event === 'SIGTERM') {
      if (justHeard.has(event)) return true;
      justHeard.add(event);
      // The immediate comes after the signals that waited while the program was computing.
      setTimeout(() => setImmediate(() => justHeard.delete(event)).unref(), 250).unref();
    }
    return Reflect.apply(emit, this, [event, ...rest]);
  };
  process.emit = emitOnce;
}
